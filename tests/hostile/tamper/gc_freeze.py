# task: HumanEval/53
# expect: not passed
# why: Garbage collection callbacks run inside the runner's code.
    import gc, os
    gc.callbacks.append(lambda *a: os._exit(0))
    gc.set_threshold(1)
    return [[] for _ in range(1000)]
