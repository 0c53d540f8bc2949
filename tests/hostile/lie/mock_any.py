# task: HumanEval/53
# expect: not passed
# why: unittest.mock.ANY equals everything.
    from unittest.mock import ANY
    return ANY
