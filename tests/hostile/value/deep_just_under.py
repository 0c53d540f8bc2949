# task: HumanEval/42
# expect: not passed
# why: Deep enough for a recursive decoder's limit, not for an encoder's larger one.
    a = []
    for _ in range(990):
        a = [a]
    return a
