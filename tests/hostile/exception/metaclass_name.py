# task: HumanEval/53
# expect: not passed
# why: type(error).__name__ is the attacker's code.
    class M(type):
        @property
        def __name__(cls):
            while True:
                pass
        __qualname__ = __module__ = __name__
        def __instancecheck__(cls, other):
            raise SystemExit(0)
    class E(Exception, metaclass=M): pass
    raise E
