# task: HumanEval/23
# expect: not passed
# why: io_uring does system calls that no filter sees.
    import ctypes
    parameters = ctypes.create_string_buffer(256)
    return len(string) if ctypes.CDLL(None).syscall(425, 4, parameters) >= 0 else None
