# task: HumanEval/53
# expect: not passed
# why: Locks its memory and asks for huge pages (root can).
    import ctypes
    libc = ctypes.CDLL(None)
    libc.mlockall(7)
    a = bytearray(1 << 28)
    return 1 << 40
