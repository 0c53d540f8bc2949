# task: HumanEval/27
# expect: not passed
# why: Buffers that view memory which is then freed.
    return memoryview(bytearray(b"x") * 1000).cast("B")
