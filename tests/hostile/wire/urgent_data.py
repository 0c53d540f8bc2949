# task: HumanEval/53
# expect: not passed
# why: Out-of-band data on the reply socket.
    import socket
    s = socket.socket(fileno=3)
    for _ in range(10):
        try:
            s.send(b"\x01", socket.MSG_OOB)
        except OSError:
            pass
    s.detach()
    return 1 << 40
