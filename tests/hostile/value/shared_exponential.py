# task: HumanEval/42
# expect: not passed
# why: Fifty lists that stand for 2**50 nodes.
    a = [0]
    for _ in range(50):
        a = [a, a]
    return a
