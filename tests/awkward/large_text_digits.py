# task: HumanEval/60
# expect: passed
# why: Raises the digits limit, as long sums need.
    import sys
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    assert len(str(10 ** 6000)) == 6001
    return n * (n + 1) // 2
