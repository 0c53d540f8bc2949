# task: HumanEval/53
# expect: not passed
# why: The same error again where it is reported.
    class C(Exception):
        def __repr__(self):
            return repr(self)
        __str__ = __repr__
    raise C
