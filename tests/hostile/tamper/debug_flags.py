# task: HumanEval/53
# expect: not passed
# why: Asserts compiled away, warnings as errors, other optimisation levels.
    import sys, warnings
    warnings.simplefilter("error")
    sys.flags.__class__
    globals()["__debug__"] = False
    return 1 << 40
