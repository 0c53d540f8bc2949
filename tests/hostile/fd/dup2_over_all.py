# task: HumanEval/53
# expect: not passed
# why: Every descriptor becomes standard output.
    import os
    for fd in range(3, 256):
        try:
            os.dup2(1, fd)
        except OSError:
            pass
    return 1 << 40
