# task: HumanEval/23
# expect: not passed
# why: Thread flags together with a namespace flag, against a filter that tests for one bit.
    import ctypes
    libc = ctypes.CDLL(None)
    for flags in (0x50f00 | 0x40000000, 0x50f00 | 0x10000000, 0x50f00 | 0x08000000):
        if libc.syscall(56, flags, 0, 0, 0, 0) > 0:
            return len(string)
    return None
