# task: HumanEval/53
# expect: timeout
# why: Modular exponentiation of large numbers.
    return pow(3, (1 << 2000000) - 1, (1 << 200000) - 3)
