# task: HumanEval/23
# expect: not passed
# why: Pipe buffers of a megabyte each lie outside the address space limit.
    import fcntl, os
    for _ in range(10000):
        r, w = os.pipe()
        fcntl.fcntl(w, 1031, 1 << 20)
        os.set_blocking(w, False)
        os.write(w, bytes(1 << 20))
    return len(string)
