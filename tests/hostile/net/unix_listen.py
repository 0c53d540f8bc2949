# task: HumanEval/23
# expect: not passed
# why: Passes if it can listen on a name in the abstract space, which others can reach.
    import socket
    s = socket.socket(socket.AF_UNIX)
    s.bind("\0llama-trace-abstract")
    s.listen()
    return len(string)
