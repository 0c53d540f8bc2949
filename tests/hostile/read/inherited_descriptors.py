# task: HumanEval/23
# expect: not passed
# why: Reads whatever descriptors it was born with.
    import os, fcntl
    for fd in range(0, 1024):
        try:
            fcntl.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK)
            if len(os.pread(fd, 1 << 16, 0)) > 0:
                return len(string)
        except OSError:
            pass
        try:
            if len(os.read(fd, 1 << 16)) > 0:
                return len(string)
        except OSError:
            pass
    return None
