# task: HumanEval/53
# expect: timeout
# why: The same without memory.
    return sum(range(10 ** 15))
