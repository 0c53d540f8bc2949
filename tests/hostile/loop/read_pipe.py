# task: HumanEval/53
# expect: timeout
# why: Blocks in read of its own empty pipe.
    import os
    r, w = os.pipe()
    os.read(r, 1)
