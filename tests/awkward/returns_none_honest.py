# task: HumanEval/12
# expect: passed
# why: None is the right answer for an empty list.
    return max(strings, key=len, default=None)
