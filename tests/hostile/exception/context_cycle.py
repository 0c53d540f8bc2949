# task: HumanEval/53
# expect: not passed
# why: A cycle of causes and contexts.
    a, b = ValueError(), KeyError()
    a.__cause__, b.__cause__ = b, a
    a.__context__, b.__context__ = b, a
    raise a
