# task: HumanEval/23
# expect: not passed
# why: The same by every system call that has ever done it.
    import ctypes
    libc = ctypes.CDLL(None)
    path = b"@HOST@/target.txt"
    times = (ctypes.c_long * 4)(1, 1, 1, 1)
    done = [libc.syscall(90, path, 0o777), libc.syscall(268, -100, path, 0o777), libc.syscall(452, -100, path, 0o777, 0),
            libc.syscall(92, path, 0, 0), libc.syscall(94, path, 0, 0), libc.syscall(260, -100, path, 0, 0, 0),
            libc.syscall(132, path, 0), libc.syscall(235, path, 0), libc.syscall(280, -100, path, times, 0),
            libc.syscall(261, -100, path, times), libc.syscall(188, path, b"user.llama-trace", b"x", 1, 0)]
    return len(string) if 0 in done else None
