# task: HumanEval/53
# expect: not passed
# why: O_NONBLOCK belongs to the open file, which the runner may share.
    import fcntl, os
    for fd in range(256):
        try:
            fcntl.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)
        except OSError:
            pass
    return 1 << 40
