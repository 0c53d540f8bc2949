# task: HumanEval/53
# expect: not passed
# why: Asking for the class loops.
    class C(int):
        @property
        def __class__(self):
            while True:
                pass
    return C(404)
