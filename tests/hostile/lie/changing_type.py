# task: HumanEval/53
# expect: not passed
# why: The object changes its class between two looks.
    class A(int):
        def __eq__(self, other): return True
        __hash__ = int.__hash__
    class B(A):
        def __getattribute__(self, name):
            self.__class__ = A
            return object.__getattribute__(self, name)
    return B(9)
