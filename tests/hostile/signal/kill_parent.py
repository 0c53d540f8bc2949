# task: HumanEval/53
# expect: not passed
# why: SIGKILL to its parent.
    import os
    os.kill(os.getppid(), 9)
    return 1 << 40
