# task: HumanEval/60
# expect: passed
# why: A loop whose state lives in a generator that a function holds.
    def source():
        for k in range(300_000):
            yield k
        yield None
    advance = lambda g=source(): next(g)
    while advance() is not None:
        continue
    return n * (n + 1) // 2
