# task: HumanEval/2
# expect: not passed
# why: A Decimal whose exponent makes an integer of 10**18 digits.
    from decimal import Decimal
    return Decimal("1e999999999999999999")
