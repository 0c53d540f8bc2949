# task: HumanEval/53
# expect: not passed
# why: Writes rubbish before the real reply and more of it after.
    import os
    for fd in range(3, 256):
        try:
            os.write(fd, b"\x00\x00\x00\x01\x01\x00\x00\x00")
        except OSError:
            pass
    return x + y
