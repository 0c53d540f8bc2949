# task: HumanEval/53
# expect: not passed
# why: An exit handler loops.
    import atexit, threading
    def spin():
        while True:
            pass
    atexit.register(spin)
    threading._register_atexit(spin)
    return 1 << 40
