# task: HumanEval/53
# expect: not passed
# why: An integer of a billion bits.
    return 1 << 10 ** 9
