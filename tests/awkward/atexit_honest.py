# task: HumanEval/53
# expect: passed
# why: A handler that only prints.
    import atexit
    atexit.register(print, "bye")
    return x + y
