# task: HumanEval/53
# expect: not passed
# why: Locks on shared open files would outlive the candidate.
    import fcntl
    for fd in range(256):
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pass
    return 1 << 40
