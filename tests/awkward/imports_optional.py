# task: HumanEval/53
# expect: passed
# why: numpy where there is one, else without.
    try:
        import numpy
    except ImportError:
        numpy = None
    return x + y
