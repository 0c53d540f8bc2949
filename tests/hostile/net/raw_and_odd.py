# task: HumanEval/23
# expect: not passed
# why: Raw, packet, netlink, vsock, kernel crypto and Bluetooth sockets.
    import socket
    for family, kind, protocol in ((2, 3, 255), (2, 3, 1), (17, 3, 768), (16, 3, 0), (40, 1, 0), (38, 5, 0), (31, 3, 1), (44, 3, 0), (10, 3, 58), (2, 1, 262)):
        try:
            socket.socket(family, kind, protocol)
            return len(string)
        except OSError:
            pass
    return None
