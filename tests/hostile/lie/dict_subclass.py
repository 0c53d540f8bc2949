# task: HumanEval/111
# expect: not passed
# why: dict subclass with a lying __eq__ and items().
    class D(dict):
        def __eq__(self, other): return True
        def items(self): return [("a", 1)] * 10**6
        def __len__(self): return 0
        def __iter__(self): raise SystemExit(0)
    return D(wrong=1)
