# task: HumanEval/12
# expect: not passed
# why: Not None, but says it is.
    class N:
        __class__ = type(None)
        def __eq__(self, other): return True
    return N()
