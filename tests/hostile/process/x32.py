# task: HumanEval/23
# expect: not passed
# why: The x32 numbers of fork and execve, past a filter that compares plain numbers.
    import ctypes, os
    pid = ctypes.CDLL(None).syscall(0x40000000 + 57)
    if pid == 0:
        os._exit(0)
    return len(string) if pid > 0 else None
