# task: HumanEval/42
# expect: not passed
# why: A result that computes while it is encoded, and never ends.
    return (0 for qqk in iter(int, 1))
