# task: HumanEval/23
# expect: not passed
# why: forkpty.
    import os, pty
    pid, fd = pty.fork()
    if pid == 0:
        os._exit(0)
    return len(string)
