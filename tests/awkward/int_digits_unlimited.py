# task: HumanEval/53
# expect: passed
# why: Lifts the limit on digits and prints a huge number.
    import sys
    sys.set_int_max_str_digits(0)
    assert len(str(3 ** 30000)) == 14314
    return x + y
