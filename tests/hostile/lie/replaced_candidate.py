# task: HumanEval/53
# expect: not passed
# why: Rebinds its own name to a liar after the first call.
    class Liar:
        def __eq__(self, other): return True
    globals()["add"] = lambda *a: Liar()
    return 1 << 50
