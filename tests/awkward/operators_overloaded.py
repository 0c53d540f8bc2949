# task: HumanEval/53
# expect: passed
# why: A vector class with operators; the result is a number.
    class V:
        __slots__ = ("a",)
        def __init__(self, a): self.a = a
        def __add__(self, other): return V(self.a + other.a)
        def __eq__(self, other): return isinstance(other, V) and self.a == other.a
        __hash__ = None
    return (V(x) + V(y)).a
