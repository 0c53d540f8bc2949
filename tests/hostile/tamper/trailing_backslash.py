# task: HumanEval/53
# expect: not passed
# why: The last line asks to be continued by what follows.
    return 1 << 40
x = 1 if True else \
