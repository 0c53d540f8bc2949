# task: HumanEval/60
# expect: passed
# why: A loop without a variable of its own, driven by an iterator in a closure.
    steps = iter(range(300_000))
    def more():
        return next(steps, None) is not None
    while more():
        pass
    return n * (n + 1) // 2
