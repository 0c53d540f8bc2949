# task: HumanEval/53
# expect: failed
# why: Text does not equal a number.
    return str(x + y)
