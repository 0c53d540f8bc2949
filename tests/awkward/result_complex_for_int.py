# task: HumanEval/53
# expect: passed
# why: A complex number without imaginary part equals an int.
    return complex(x + y, 0)
