# task: HumanEval/53
# expect: not passed
# why: A length prefix of 4 GiB and of 2**63 - 1 must not be believed.
    import os
    for fd in range(3, 256):
        for head in (b"\xff\xff\xff\xff", b"\xff" * 7 + b"\x7f", b"\x7f" + b"\xff" * 7):
            try:
                os.write(fd, head)
            except OSError:
                pass
    os._exit(0)
