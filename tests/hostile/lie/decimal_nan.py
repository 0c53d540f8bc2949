# task: HumanEval/2
# expect: not passed
# why: Signalling NaN raises wherever it is compared.
    from decimal import Decimal
    return Decimal("sNaN")
