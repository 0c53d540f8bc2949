# task: HumanEval/23
# expect: not passed
# why: The same over IPv6.
    import socket
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.sendto(b"x", ("::1", 9))
    return len(string)
