# task: HumanEval/42
# expect: not passed
# why: A length that is negative, huge or no number.
    class L(list):
        def __len__(self): return -1
    return L([404])
