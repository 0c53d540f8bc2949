# task: HumanEval/136
# expect: passed
# why: None inside a tuple.
    return max((n for n in lst if n < 0), default=None), min((n for n in lst if n > 0), default=None)
