# task: HumanEval/42
# expect: not passed
# why: A list that holds itself.
    a = []
    a.append(a)
    return a
