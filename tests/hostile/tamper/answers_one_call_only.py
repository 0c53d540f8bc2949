# task: HumanEval/60
# expect: not passed
# why: Right on the first call, then ends with 0.
    import os
    if n != 1:
        os._exit(0)
    return 1
