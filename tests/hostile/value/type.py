# task: HumanEval/53
# expect: failed
# why: A type in place of its value.
    return int
