# task: HumanEval/2
# expect: not passed
# why: A Fraction with terms of a million digits.
    from fractions import Fraction
    return Fraction(10 ** 100000 + 1, 10 ** 100000 + 3)
