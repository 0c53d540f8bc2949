# task: HumanEval/53
# expect: not passed
# why: A metaclass that is an instance of everything, compared through type().
    class M(type):
        def __instancecheck__(cls, obj): return True
        def __subclasscheck__(cls, sub): return True
        def __eq__(cls, other): return True
        def __hash__(cls): return hash(int)
        __name__ = "int"
        __mro__ = (int, object)
    class I(metaclass=M):
        def __eq__(self, other): return True
    return I()
