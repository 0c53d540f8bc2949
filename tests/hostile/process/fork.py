# task: HumanEval/23
# expect: not passed
# why: Passes if it can fork.
    import os
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    return len(string)
