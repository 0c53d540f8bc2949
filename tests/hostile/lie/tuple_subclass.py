# task: HumanEval/8
# expect: not passed
# why: tuple subclass with a lying __eq__.
    class T(tuple):
        def __eq__(self, other): return True
        __hash__ = tuple.__hash__
    return T((404, 404))
