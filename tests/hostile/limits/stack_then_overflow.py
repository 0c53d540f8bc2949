# task: HumanEval/53
# expect: not passed
# why: An unlimited stack, then C recursion until it is used up.
    import resource, sys
    resource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    sys.setrecursionlimit(1 << 30)
    nested = []
    for _ in range(10_000_000):
        nested = [nested]
    repr(nested)
    return nested == nested
