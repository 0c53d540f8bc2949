# task: HumanEval/23
# expect: not passed
# why: Passes if it can make a TCP socket and speak to the machine's own address.
    import socket
    s = socket.socket()
    s.settimeout(0.3)
    try:
        s.connect(("127.0.0.1", 9))
    except (ConnectionRefusedError, TimeoutError):
        pass
    return len(string)
