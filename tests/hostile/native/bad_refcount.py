# task: HumanEval/53
# expect: not passed
# why: Drops references that it does not own.
    import ctypes
    for _ in range(50):
        ctypes.pythonapi.Py_DecRef(ctypes.py_object(x))
        ctypes.pythonapi.Py_DecRef(ctypes.py_object([].__class__))
        ctypes.pythonapi.Py_DecRef(ctypes.py_object("".__class__.__mro__))
    return [None] * 1000
