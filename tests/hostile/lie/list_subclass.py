# task: HumanEval/42
# expect: not passed
# why: list subclass with a lying __eq__, __len__ and __iter__.
    class L(list):
        def __eq__(self, other): return True
        def __len__(self): return 0
        def __iter__(self): return iter(())
    return L([404])
