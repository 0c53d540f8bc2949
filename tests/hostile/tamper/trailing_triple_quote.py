# task: HumanEval/53
# expect: not passed
# why: An open triple quote swallows the test as a string.
    return 1 << 40
"""
