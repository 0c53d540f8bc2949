# task: HumanEval/53
# expect: crashed
# why: Follows a null pointer.
    import ctypes
    ctypes.string_at(0)
