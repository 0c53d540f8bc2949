# task: HumanEval/45
# expect: passed
# why: A Decimal does, too.
    from decimal import Decimal
    return Decimal(a) * h / 2
