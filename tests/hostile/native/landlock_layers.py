# task: HumanEval/53
# expect: not passed
# why: Stacks sixteen rule sets, which is the limit for everybody in the domain.
    import ctypes
    libc = ctypes.CDLL(None)
    for _ in range(20):
        rules = ctypes.c_uint64(1)
        fd = libc.syscall(444, ctypes.byref(rules), 8, 0)
        libc.syscall(446, fd, 0)
    return 1 << 40
