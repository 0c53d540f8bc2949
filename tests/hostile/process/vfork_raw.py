# task: HumanEval/53
# expect: not passed
# why: A child by vfork, by clone3 and by clone with shared memory but no thread.
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    args = (ctypes.c_uint64 * 11)(*([0] * 11))
    args[4] = 17
    for made in (libc.syscall(58), libc.syscall(435, args, 88), libc.syscall(56, 0x100 | 17, 0, 0, 0, 0)):
        if made == 0:
            libc._exit(0)
        if made > 0:
            return x + y
    return None
