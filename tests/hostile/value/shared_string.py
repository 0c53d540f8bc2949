# task: HumanEval/42
# expect: not passed
# why: One large string, a hundred thousand times.
    return ["x" * 10 ** 6] * 10 ** 5
