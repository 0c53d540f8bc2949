# task: HumanEval/53
# expect: passed
# why: 200 MB for a moment.
    return x + y
block = bytearray(200 << 20)
del block
