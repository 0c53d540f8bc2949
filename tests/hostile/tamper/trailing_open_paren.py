# task: HumanEval/53
# expect: not passed
# why: An open bracket swallows what follows until the test's first closing one.
    return 1 << 40
x = (
