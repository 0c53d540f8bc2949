# task: HumanEval/53
# expect: not passed
# why: A metaclass gives a false mro, so that base class look-ups go astray.
    class M(type):
        def mro(cls):
            return [cls, int, object]
    class I(int, metaclass=M):
        def __eq__(self, other): return True
        __hash__ = int.__hash__
    return I(77)
