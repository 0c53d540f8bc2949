# task: HumanEval/53
# expect: passed
# why: Warnings and deprecated escapes.
    import warnings
    warnings.warn("old")
    pattern = "\d+"
    return x + y
