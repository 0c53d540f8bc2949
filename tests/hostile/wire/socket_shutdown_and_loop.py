# task: HumanEval/53
# expect: timeout|failed
# why: Shuts its reply socket down in both directions and loops.
    import socket
    s = socket.socket(fileno=3)
    s.shutdown(socket.SHUT_RDWR)
    while True:
        pass
