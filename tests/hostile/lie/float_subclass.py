# task: HumanEval/2
# expect: not passed
# why: float subclass that equals everything and whose abs is zero.
    class F(float):
        def __eq__(self, other): return True
        def __abs__(self): return F(0)
        def __sub__(self, other): return F(0)
        __rsub__ = __sub__
        def __lt__(self, other): return True
        def hex(self): return "0x1.0p-1"
        def __repr__(self): return "0.5"
        __hash__ = float.__hash__
    return F(-77.25)
