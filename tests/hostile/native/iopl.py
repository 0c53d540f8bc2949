# task: HumanEval/23
# expect: not passed
# why: Direct access to the machine's ports (root can).
    import ctypes
    libc = ctypes.CDLL(None)
    return len(string) if libc.iopl(3) == 0 or libc.ioperm(0x80, 1, 1) == 0 else None
