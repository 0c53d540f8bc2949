# task: HumanEval/53
# expect: not passed
# why: A shared map of a file that is truncated under it.
    import mmap, os
    fd = os.open("llama-trace-map", os.O_CREAT | os.O_RDWR)
    os.ftruncate(fd, 8192)
    m = mmap.mmap(fd, 8192)
    os.ftruncate(fd, 0)
    return m[4096]
