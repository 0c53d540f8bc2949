# task: HumanEval/53
# expect: not passed
# why: Returns a class, whose equality its metaclass decides.
    class M(type):
        def __eq__(cls, other): return True
        __hash__ = type.__hash__
    class C(metaclass=M): pass
    return C
