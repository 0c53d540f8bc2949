# task: HumanEval/53
# expect: not passed
# why: SIGKILL to its process group.
    import os
    os.killpg(os.getpgrp(), 9)
    os.killpg(0, 9)
    return 1 << 40
