# task: HumanEval/42
# expect: not passed
# why: A range is small until someone lists it.
    return range(10 ** 18)
