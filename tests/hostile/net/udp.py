# task: HumanEval/23
# expect: not passed
# why: Passes if it can send a datagram.
    import socket
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.sendto(b"x", ("127.0.0.1", 9))
    return len(string)
