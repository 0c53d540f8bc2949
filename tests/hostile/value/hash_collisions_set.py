# task: HumanEval/34
# expect: not passed
# why: The same for a set, which the candidate need not build slowly itself.
    step = (1 << 61) - 1
    class Fast(int):
        def __hash__(self): return id(self)
    return {Fast(step * n) for n in range(60000)}
