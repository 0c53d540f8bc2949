# task: HumanEval/53
# expect: not passed
# why: Fills whatever it can write to, for ever.
    import os
    block = b"\xff" * 65536
    while True:
        for fd in range(3, 64):
            try:
                os.write(fd, block)
            except OSError:
                pass
