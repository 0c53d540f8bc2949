# task: HumanEval/111
# expect: not passed
# why: The same with dicts.
    a = {}
    for _ in range(100000):
        a = {0: a}
    return a
