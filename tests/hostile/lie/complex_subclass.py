# task: HumanEval/53
# expect: not passed
# why: complex subclass that equals everything.
    class Z(complex):
        def __eq__(self, other): return True
        __hash__ = complex.__hash__
        real = 5
        imag = 0
    return Z(1, 9)
