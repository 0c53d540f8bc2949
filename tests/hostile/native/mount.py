# task: HumanEval/23
# expect: not passed
# why: mount, pivot_root, chroot, and the new mount calls.
    import ctypes, os
    libc = ctypes.CDLL(None)
    os.mkdir("llama-trace-mount")
    done = [libc.mount(b"none", b"llama-trace-mount", b"tmpfs", 0, b""), libc.umount2(b"@HOST@", 2),
            libc.chroot(b"."), libc.syscall(155, b".", b".")]
    got = [libc.syscall(428, -100, b"/", 1), libc.syscall(430, b"tmpfs", 0), libc.syscall(432, -1, b"", -1, b"", 4)]
    return len(string) if 0 in done or max(got) >= 0 else None
