# task: HumanEval/27
# expect: failed
# why: Bytes do not equal text.
    return string.swapcase().encode()
