# task: HumanEval/53
# expect: not passed
# why: A hundred thousand exceptions, each the cause of the next.
    error = None
    for _ in range(100000):
        new = ValueError()
        new.__cause__ = error
        error = new
    raise error
