# task: HumanEval/53
# expect: not passed
# why: Closes every descriptor and goes on.
    import os
    os.closerange(0, 65536)
    return 1 << 40
