# task: HumanEval/53
# expect: passed
# why: Profiles, traces memory and counts calls of its own.
    import cProfile, tracemalloc, sys, faulthandler, time, timeit
    tracemalloc.start()
    profile = cProfile.Profile()
    profile.enable()
    total = sum([x, y])
    profile.disable()
    tracemalloc.stop()
    assert timeit.timeit(lambda: None, number=10) >= 0
    return total
