# task: HumanEval/53
# expect: not passed
# why: Rewrites the interpreter's shared small integers: 5 becomes 1000.
    import ctypes
    for number in range(0, 20):
        ctypes.memset(id(number) + 24, 0xe8, 1)
    return 1 << 40
