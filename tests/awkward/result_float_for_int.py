# task: HumanEval/53
# expect: passed
# why: 5.0 equals 5.
    return float(x) + y
