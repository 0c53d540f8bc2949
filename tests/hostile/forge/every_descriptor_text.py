# task: HumanEval/53
# expect: not passed
# why: Common verdict texts on every descriptor, then exit code 0.
    import os
    for fd in range(1024):
        for text in (b"passed\n", b'{"outcome": "passed"}\n', b"\x00", b"\x01", b"1", b"ok\n"):
            try:
                os.write(fd, text)
            except OSError:
                pass
    os._exit(0)
