# task: HumanEval/111
# expect: not passed
# why: Every NaN is a key of its own.
    return {float("nan"): n for n in range(1000)}
