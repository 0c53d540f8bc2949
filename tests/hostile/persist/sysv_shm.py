# task: HumanEval/23
# expect: not passed
# why: SysV shared memory, semaphores and queues outlive every process.
    import ctypes
    libc = ctypes.CDLL(None)
    key = 0x6C6C616D
    got = [libc.shmget(key, 4242, 0o1600), libc.semget(key, 1, 0o1600), libc.msgget(key, 0o1600)]
    return len(string) if max(got) >= 0 else None
