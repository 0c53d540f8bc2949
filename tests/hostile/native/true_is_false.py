# task: HumanEval/0
# expect: not passed
# why: Swaps the values of True and False in place.
    import ctypes
    ctypes.memset(id(False) + 24, 1, 1)
    ctypes.memset(id(True) + 24, 0, 1)
    return None
