# task: HumanEval/53
# expect: not passed
# why: Options of the reply socket: buffers, timeouts, filters, passing of credentials.
    import os, socket, struct
    s = socket.socket(fileno=3)
    for level in (0, 1, 6, 41):
        for option in range(80):
            for value in (1, 1 << 30):
                try:
                    s.setsockopt(level, option, struct.pack("i", value))
                except OSError:
                    pass
    s.detach()
    return 1 << 40
