# task: HumanEval/53
# expect: failed
# why: A function in place of its value.
    return lambda: x + y
