# task: HumanEval/2
# expect: not passed
# why: Infinity minus infinity, likewise.
    return float("inf")
