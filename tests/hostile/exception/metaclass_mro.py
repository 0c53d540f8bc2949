# task: HumanEval/53
# expect: not passed
# why: A false mro where the runner looks for the built-in base.
    class M(type):
        def mro(cls):
            return [cls, KeyError, LookupError, Exception, BaseException, object]
        def __subclasscheck__(cls, other): return True
        def __eq__(cls, other): return True
        __hash__ = type.__hash__
    class E(KeyError, metaclass=M):
        __class__ = AssertionError
    raise E
