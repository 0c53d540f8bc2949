# task: HumanEval/53
# expect: timeout
# why: `in` over an endless counter.
    import itertools
    return -1 in itertools.count()
