# task: HumanEval/44
# expect: passed
# why: Nested format strings with conversions.
    digits = ""
    while x:
        digits = f"{x % base!s}{f'{digits}'}"
        x //= base
    return f"{digits:{'>'}{len(digits)}}"
