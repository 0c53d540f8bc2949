# task: HumanEval/53
# expect: not passed
# why: Any look at the object loops.
    class C:
        def __getattribute__(self, name):
            while True:
                pass
    return C()
