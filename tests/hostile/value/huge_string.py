# task: HumanEval/27
# expect: not passed
# why: A string of a gigabyte.
    return "x" * (1 << 30)
