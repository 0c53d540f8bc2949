# task: HumanEval/53
# expect: not passed
# why: Asks for signals when the parent dies, and drops its own ties to it.
    import ctypes
    libc = ctypes.CDLL(None)
    libc.prctl(1, 0)
    libc.prctl(36, 1)
    libc.prctl(4, 0)
    return 1 << 40
