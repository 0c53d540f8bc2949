# task: HumanEval/53
# expect: timeout
# why: A consumer in C of an endless iterator in C.
    import collections, itertools
    collections.deque(itertools.repeat(None), maxlen=0)
