# task: HumanEval/53
# expect: not passed
# why: An IntEnum member with a patched comparison.
    import enum
    class E(enum.IntEnum):
        X = 99
        def __eq__(self, other): return True
        __hash__ = int.__hash__
    return E.X
