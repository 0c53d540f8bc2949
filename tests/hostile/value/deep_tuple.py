# task: HumanEval/8
# expect: not passed
# why: The same with tuples.
    a = ()
    for _ in range(100000):
        a = (a,)
    return a
