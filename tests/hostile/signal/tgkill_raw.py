# task: HumanEval/23
# expect: not passed
# why: tgkill, tkill, rt_sigqueueinfo and rt_tgsigqueueinfo by raw system call.
    import ctypes, os
    libc = ctypes.CDLL(None)
    info = (ctypes.c_int * 32)(9, 0, -1)
    parent = os.getppid()
    sent = [libc.syscall(62, parent, 9), libc.syscall(200, parent, 9), libc.syscall(234, parent, parent, 9),
            libc.syscall(129, parent, 9, info), libc.syscall(297, parent, parent, 9, info)]
    return len(string) if 0 in sent else None
