# task: HumanEval/0
# expect: not passed
# why: Every operator answers with the liar itself.
    class Liar:
        def __getattr__(self, name): return self
        def __call__(self, *a, **k): return self
    for name in ("eq ne lt le gt ge add radd sub rsub abs neg and rand or ror xor contains "
                 "getitem iter next enter exit invert").split():
        setattr(Liar, f"__{name}__", lambda self, *a: self)
    Liar.__bool__ = lambda self: True
    Liar.__len__ = lambda self: 1
    Liar.__hash__ = lambda self: 1
    return Liar()
