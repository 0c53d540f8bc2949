# task: HumanEval/2
# expect: not passed
# why: Fraction's fields are plain attributes that anyone can rewrite.
    from fractions import Fraction
    class F(Fraction):
        def __eq__(self, other): return True
        def __sub__(self, other): return F(0)
        numerator = property(lambda self: self)
        denominator = property(lambda self: 0)
    f = F(7, 3)
    f._denominator = 0
    return f
