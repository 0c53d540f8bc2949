# task: HumanEval/23
# expect: not passed
# why: The kernel put the environment at the top of the stack; it stays there after unsetenv.
    import ctypes, os
    libc = ctypes.CDLL(None, use_errno=True)
    libc.write.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
    out = os.open("llama-trace-probe", os.O_RDWR | os.O_CREAT)
    environ = ctypes.c_void_p.in_dll(libc, "__libc_stack_end").value
    needle = b"_AMALL"
    for number in range(2048):
        at = (environ & -4096) + 4096 * number
        libc.lseek(out, 0, 0)
        if libc.write(out, at, 4096) != 4096:
            break
        if needle in ctypes.string_at(at, 4096)[::-1]:
            return len(string)
    return None
