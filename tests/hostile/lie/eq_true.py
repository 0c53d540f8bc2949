# task: HumanEval/53
# expect: not passed
# why: An object that equals everything.
    class Liar:
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        def __hash__(self): return 0
        def __bool__(self): return True
    return Liar()
