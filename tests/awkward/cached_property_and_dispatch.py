# task: HumanEval/53
# expect: passed
# why: functools beyond lru_cache.
    @functools.singledispatch
    def value(v): return v
    @value.register
    def _(v: str): return int(v)
    @functools.total_ordering
    class N:
        def __init__(self, v): self.v = v
        def __eq__(self, o): return self.v == o.v
        def __lt__(self, o): return self.v < o.v
        @functools.cached_property
        def twice(self): return 2 * self.v
    assert N(1) <= N(2) and N(3).twice == 6
    return functools.reduce(operator.add, [value(x), value(str(y))])
import functools, operator
