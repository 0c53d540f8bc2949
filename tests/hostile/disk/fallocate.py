# task: HumanEval/23
# expect: not passed
# why: fallocate reserves without writing.
    import os
    fd = os.open("llama-trace-reserved", os.O_CREAT | os.O_RDWR)
    os.posix_fallocate(fd, 0, 1 << 30)
    return len(string)
