# task: HumanEval/23
# expect: not passed
# why: Opens descriptors until something gives; passes if 5,000 are to be had.
    import os
    held = []
    for _ in range(5000):
        held.append(os.dup(0) if held else os.pipe()[0])
    return len(string)
