# task: HumanEval/23
# expect: not passed
# why: Opens a host file by its handle, which needs no path (root only).
    import ctypes, os
    libc = ctypes.CDLL(None, use_errno=True)
    handle = ctypes.create_string_buffer(136)
    handle[0] = 128
    mount = ctypes.c_int()
    if libc.name_to_handle_at(-100, b"@HOST@/target.txt", handle, ctypes.byref(mount), 0) == 0:
        root = libc.open(b"/", 0o10000000)
        fd = libc.open_by_handle_at(os.open(".", os.O_RDONLY), handle, 0)
        if fd >= 0 and os.read(fd, 1):
            return len(string)
    return None
