# task: HumanEval/23
# expect: not passed
# why: sem_open makes a file in /dev/shm.
    import ctypes
    libc = ctypes.CDLL("libc.so.6")
    libc.sem_open.restype = ctypes.c_void_p
    return len(string) if libc.sem_open(b"/llama-trace-sem", 0o100, 0o600, 1) else None
