# task: HumanEval/23
# expect: not passed
# why: Acts on the parent's pages and NUMA placement.
    import ctypes, os
    libc = ctypes.CDLL(None)
    mask = ctypes.c_ulong(1)
    done = [libc.syscall(256, os.getppid(), 8, ctypes.byref(mask), ctypes.byref(mask)),
            libc.syscall(312, os.getpid(), os.getppid(), 2, 0, 0)]
    return len(string) if done[1] >= 0 else None
