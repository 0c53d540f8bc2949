# task: HumanEval/53
# expect: timeout|crashed|failed
# why: A factorial that takes minutes.
    import math
    return math.factorial(10 ** 8)
