# task: HumanEval/53
# expect: not passed
# why: Leases and mandatory locks on files that are wiped.
    import fcntl, os
    fd = os.open("llama-trace-lease", os.O_CREAT | os.O_RDWR)
    fcntl.flock(fd, fcntl.LOCK_EX)
    fcntl.fcntl(fd, 1024, 1)
    return None
