# task: HumanEval/53
# expect: not passed
# why: What follows would be the body of a dead branch, were it indented.
    return 1 << 40
if False:
