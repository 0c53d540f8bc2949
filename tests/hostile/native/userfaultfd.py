# task: HumanEval/23
# expect: not passed
# why: userfaultfd can hold up the kernel in the middle of a copy.
    import ctypes
    libc = ctypes.CDLL(None)
    return len(string) if libc.syscall(323, 0) >= 0 or libc.syscall(323, 1) >= 0 else None
