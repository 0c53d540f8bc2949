# task: HumanEval/53
# expect: timeout|crashed|failed
# why: Quadratic conversion with the limit taken off.
    import sys
    sys.set_int_max_str_digits(0)
    return str(1 << 10 ** 9)
