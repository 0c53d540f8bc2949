# task: HumanEval/53
# expect: not passed
# why: shutdown reaches every holder of a socket, unlike close.
    import socket
    for fd in range(256):
        try:
            s = socket.socket(fileno=fd)
            s.shutdown(socket.SHUT_RDWR)
            s.detach()
        except BaseException:
            pass
    return 1 << 40
