# task: HumanEval/23
# expect: not passed
# why: Threads by clone alone, which share one stack of no use; passes if 5,000 are made.
    import ctypes, mmap
    code = mmap.mmap(-1, 4096, prot=7)
    libc = ctypes.CDLL(None)
    stack = ctypes.create_string_buffer(1 << 20)
    libc.clone.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
    made = 0
    for number in range(5000):
        top = (ctypes.addressof(stack) + 4096 + number * 160) & ~15
        if libc.clone(ctypes.cast(libc.pause, ctypes.c_void_p), top, 0x50f00, None) > 0:
            made += 1
        else:
            break
    return len(string) if made == 5000 else None
