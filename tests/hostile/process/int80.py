# task: HumanEval/23
# expect: not passed
# why: fork by the 32-bit gate in machine code, past a filter that ignores the architecture.
    import ctypes, mmap, os, platform
    assert platform.machine() == "x86_64"
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(b"\xb8\x02\x00\x00\x00\xcd\x80\xc3")
    pid = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
    if pid == 0:
        os._exit(0)
    return len(string) if pid > 0 else None
