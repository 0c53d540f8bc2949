# task: HumanEval/23
# expect: not passed
# why: Writes to the system's log through its socket.
    import syslog, socket
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.connect("/dev/log")
    s.send(b"<14>llama-trace")
    return len(string)
