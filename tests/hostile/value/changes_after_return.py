# task: HumanEval/42
# expect: not passed
# why: The list is emptied by a thread a moment later.
    import threading
    out = [404]
    threading.Timer(0.0001, out.clear).start()
    return out
