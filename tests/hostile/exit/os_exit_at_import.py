# task: HumanEval/53
# expect: not passed
# why: os._exit at module level: the reply never starts.
    return 0
import os
os._exit(0)
