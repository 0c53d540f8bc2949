# task: HumanEval/53
# expect: passed
# why: A daemon thread that still waits at the end.
    import threading
    if threading.active_count() == 1:
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    return x + y
