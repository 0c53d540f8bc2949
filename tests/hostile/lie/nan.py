# task: HumanEval/45
# expect: not passed
# why: NaN must not slip through a `not (abs(a - b) > eps)`.
    return float("nan")
