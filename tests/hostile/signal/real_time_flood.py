# task: HumanEval/53
# expect: not passed
# why: A million queued signals to itself.
    import ctypes, os
    libc = ctypes.CDLL(None)
    libc.signal(34, 0)
    for _ in range(100000):
        libc.kill(os.getpid(), 35)
    return 1 << 40
