# task: HumanEval/53
# expect: not passed
# why: Equality of a Decimal with an int is exact, and takes as long as it takes.
    from decimal import Decimal
    return Decimal("1e999999")
