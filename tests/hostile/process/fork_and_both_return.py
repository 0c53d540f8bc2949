# task: HumanEval/23
# expect: not passed
# why: Two processes answer for one program.
    import os
    os.fork()
    return len(string)
