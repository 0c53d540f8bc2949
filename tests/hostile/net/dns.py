# task: HumanEval/23
# expect: not passed
# why: Passes if a name is resolved.
    import socket
    assert socket.gethostbyname("localhost")
    return len(string)
