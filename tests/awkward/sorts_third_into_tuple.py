# task: HumanEval/33
# expect: passed
# why: Returns a tuple where the test turns everything into one.
    l = list(l)
    l[::3] = sorted(l[::3])
    return tuple(l)
