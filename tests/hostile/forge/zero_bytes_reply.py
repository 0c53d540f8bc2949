# task: HumanEval/53
# expect: not passed
# why: Zeros are a valid small number in many framings.
    import os
    for fd in range(3, 256):
        try:
            os.write(fd, bytes(4096))
        except OSError:
            pass
    os._exit(0)
