# task: HumanEval/53
# expect: not passed
# why: Two processes answer for one program.
    import os
    os.fork()
    return x + y
