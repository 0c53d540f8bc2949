# task: HumanEval/23
# expect: not passed
# why: A user namespace gives every capability inside it.
    import ctypes
    libc = ctypes.CDLL(None)
    for flags in (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x10000000 | 0x20000 | 0x40000000, 0x08000000, 0x04000000):
        if libc.unshare(flags) == 0:
            return len(string)
    return None
