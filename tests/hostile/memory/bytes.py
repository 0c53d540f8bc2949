# task: HumanEval/53
# expect: not passed
# why: One object of 64 GiB.
    return len(bytearray(1 << 36)) and None
