# task: HumanEval/22
# expect: passed
# why: Inputs that hold dicts, lists, text and None.
    return [v for v in values if type(v) is int]
