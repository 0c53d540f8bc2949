# task: HumanEval/2
# expect: not passed
# why: An integer too large for a float, where the test subtracts floats.
    return 1 << 100000
