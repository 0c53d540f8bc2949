# task: HumanEval/0
# expect: not passed
# why: A bool cannot be subclassed; this one claims to be one.
    class B(int):
        __class__ = bool
        def __eq__(self, other): return True
        def __bool__(self): return True
        def __hash__(self): return 1
    return B(7)
