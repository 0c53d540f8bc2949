# task: HumanEval/27
# expect: not passed
# why: str subclass that equals everything and encodes to something else.
    class S(str):
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        def encode(self, *a): return b"x"
        def __len__(self): return 10**9
        __hash__ = str.__hash__
    return S("wrong")
