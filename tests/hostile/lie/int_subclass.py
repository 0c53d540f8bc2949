# task: HumanEval/53
# expect: not passed
# why: int is compared by a reflected __eq__ of the subclass first.
    class I(int):
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        __hash__ = int.__hash__
        def __index__(self): return 5
        def __int__(self): return 5
        def __reduce__(self): return (int, (5,))
        def to_bytes(self, *a, **k): return b"\x05"
        def bit_length(self): return 3
        def __str__(self): return "5"
        __repr__ = __str__
    return I(-99)
