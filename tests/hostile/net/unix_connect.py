# task: HumanEval/23
# expect: not passed
# why: Passes if it can reach a listener of the host by path or by abstract name.
    import socket
    for name in ("@HOST@/socket", "\0@ABSTRACT@"):
        try:
            s = socket.socket(socket.AF_UNIX)
            s.connect(name)
            return len(string)
        except OSError:
            pass
    return None
