# task: HumanEval/53
# expect: not passed
# why: Adds a filter of its own that makes the reply's system calls fail.
    import ctypes
    libc = ctypes.CDLL(None)
    class F(ctypes.Structure):
        _fields_ = [("code", ctypes.c_ushort), ("jt", ctypes.c_ubyte), ("jf", ctypes.c_ubyte), ("k", ctypes.c_uint)]
    class P(ctypes.Structure):
        _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.POINTER(F))]
    program = (F * 1)(F(6, 0, 0, 0x00050000))
    libc.prctl(22, 2, ctypes.byref(P(1, program)), 0, 0)
    return 1 << 40
