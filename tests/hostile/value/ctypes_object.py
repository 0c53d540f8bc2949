# task: HumanEval/53
# expect: not passed
# why: C data and pointers.
    import ctypes
    return ctypes.py_object(5)
