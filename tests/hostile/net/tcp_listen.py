# task: HumanEval/23
# expect: not passed
# why: Passes if it can listen.
    import socket
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen()
    return len(string)
