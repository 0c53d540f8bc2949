# task: HumanEval/42
# expect: not passed
# why: A list subclass that never stops iterating.
    class L(list):
        def __iter__(self):
            while True:
                yield 0
        def __len__(self): return 1 << 60
    return L([1])
