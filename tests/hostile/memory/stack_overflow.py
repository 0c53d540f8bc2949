# task: HumanEval/53
# expect: crashed|failed
# why: Recursion in C beyond the stack.
    import sys
    sys.setrecursionlimit(1 << 30)
    class C:
        def __repr__(self):
            return repr([self])
        __str__ = __getattr__ = __repr__
    return repr(C())
