# task: HumanEval/53
# expect: not passed
# why: Exit code 0 at once, with no clean-up and no reply.
    import os
    os._exit(0)
