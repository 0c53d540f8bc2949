# task: HumanEval/53
# expect: not passed
# why: Frames of no length at all.
    import os
    os.write(3, bytes(400_000))
    os._exit(0)
