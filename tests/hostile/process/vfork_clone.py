# task: HumanEval/23
# expect: not passed
# why: vfork, clone, clone3 and forkpty by raw system call; passes if one makes a process.
    import ctypes, os
    libc = ctypes.CDLL(None)
    class Args(ctypes.Structure):
        _fields_ = [("flags", ctypes.c_uint64), ("pidfd", ctypes.c_uint64), ("child_tid", ctypes.c_uint64),
                    ("parent_tid", ctypes.c_uint64), ("exit_signal", ctypes.c_uint64), ("rest", ctypes.c_uint64 * 6)]
    args = Args(exit_signal=17)
    for call in ((57,), (56, 17, 0, 0, 0, 0), (56, 0, 0, 0, 0, 0), (435, ctypes.byref(args), 88), (56, 0x8000 | 17, 0, 0, 0, 0)):
        pid = libc.syscall(*call)
        if pid == 0:
            os._exit(0)
        if pid > 0:
            return len(string)
    return None
