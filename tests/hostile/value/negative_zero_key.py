# task: HumanEval/111
# expect: not passed
# why: Keys that are equal and differ in type.
    return {1: 1, True: 2, 1.0: 3, "a": 1, b"a": 1, None: 0, (): 1, frozenset(): 2}
