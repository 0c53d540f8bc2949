# task: HumanEval/42
# expect: failed
# why: Works in place and returns None.
    for index, e in enumerate(l):
        l[index] = e + 1
