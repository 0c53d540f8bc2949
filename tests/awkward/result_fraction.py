# task: HumanEval/45
# expect: passed
# why: A Fraction equals a float that holds it exactly.
    from fractions import Fraction
    return Fraction(a) * h / 2
