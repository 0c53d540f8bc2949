# task: HumanEval/23
# expect: not passed
# why: Reads other processes' memory without /proc.
    import ctypes, os
    libc = ctypes.CDLL(None, use_errno=True)
    class IoVec(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]
    buffer = ctypes.create_string_buffer(64)
    here = IoVec(ctypes.addressof(buffer), 64)
    there = IoVec(id(string) & ~63, 64)
    for pid in (os.getppid(), os.getppid() - 1, os.getppid() - 2):
        if libc.process_vm_readv(pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) > 0:
            return len(string)
    return None
