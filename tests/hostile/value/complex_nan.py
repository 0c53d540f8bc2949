# task: HumanEval/45
# expect: not passed
# why: A complex number where the test takes the absolute value.
    return complex(float("nan"), 1)
