# task: HumanEval/53
# expect: not passed
# why: forkpty.
    import os, pty
    pid, fd = pty.fork()
    if pid == 0:
        os._exit(0)
    return x + y
