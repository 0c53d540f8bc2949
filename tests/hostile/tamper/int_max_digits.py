# task: HumanEval/53
# expect: not passed
# why: Limits of the interpreter that the encoder may rely on.
    import sys
    sys.set_int_max_str_digits(0)
    sys.setswitchinterval(1000)
    return 10 ** 5000
