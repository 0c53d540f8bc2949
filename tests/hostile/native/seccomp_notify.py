# task: HumanEval/53
# expect: not passed
# why: A listener of its own decides on its own system calls.
    import ctypes
    libc = ctypes.CDLL(None)
    program = (ctypes.c_uint64 * 1)(0x7fc0000000000006)
    class P(ctypes.Structure):
        _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
    p = P(1, ctypes.addressof(program))
    fd = libc.syscall(317, 1, 8, ctypes.byref(p))
    return 1 << 40
