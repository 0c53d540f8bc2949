# task: HumanEval/53
# expect: not passed
# why: os.system; passes if the command ran.
    import os
    return x + y if os.system("true") == 0 else None
