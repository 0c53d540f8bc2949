# task: HumanEval/45
# expect: passed
# why: Decimals inside, a float out.
    from decimal import Decimal, localcontext
    with localcontext() as context:
        context.prec = 50
        return float(Decimal(a) * Decimal(h) / Decimal(2))
