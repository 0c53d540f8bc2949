# task: HumanEval/23
# expect: not passed
# why: Passes if a datagram reaches a host's socket from a socket pair of its own.
    import socket
    a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for name in ("@HOST@/datagram", "\0@ABSTRACT@-datagram"):
        try:
            a.sendto(b"x", name)
            return len(string)
        except OSError:
            pass
    return None
