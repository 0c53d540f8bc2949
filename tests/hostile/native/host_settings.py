# task: HumanEval/23
# expect: not passed
# why: Host name, clock, swap, modules, quotas and power (root can).
    import ctypes
    libc = ctypes.CDLL(None)
    name = ctypes.create_string_buffer(65)
    libc.gethostname(name, 65)
    class Time(ctypes.Structure):
        _fields_ = [("s", ctypes.c_long), ("ns", ctypes.c_long)]
    now = Time()
    libc.clock_gettime(0, ctypes.byref(now))
    done = [libc.sethostname(name.value, len(name.value)), libc.clock_settime(0, ctypes.byref(now)),
            libc.syscall(169, 0xfee1dead, 672274793, 0, 0), libc.syscall(172, 3), libc.syscall(163, 0)]
    return len(string) if 0 in done else None
