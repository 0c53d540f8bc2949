# task: HumanEval/42
# expect: not passed
# why: A hundred thousand lists, one in the other.
    a = []
    for _ in range(100000):
        a = [a]
    return a
