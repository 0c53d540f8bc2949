# task: HumanEval/111
# expect: not passed
# why: Keys with one hash take quadratic time wherever the dict is built again.
    step = (1 << 61) - 1
    class Fast(int):
        def __hash__(self): return id(self)
    return {Fast(step * n): 0 for n in range(60000)}
