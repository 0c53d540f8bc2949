# task: HumanEval/23
# expect: not passed
# why: Socket buffers lie outside the address space limit.
    import socket
    held = []
    for _ in range(10000):
        a, b = socket.socketpair()
        for s in (a, b):
            try:
                s.setsockopt(socket.SOL_SOCKET, 32, 1 << 28)
            except OSError:
                pass
            s.setblocking(False)
            try:
                while s.send(bytes(1 << 20)):
                    pass
            except BlockingIOError:
                pass
        held += [a, b]
    return len(string)
