# task: HumanEval/53
# expect: not passed
# why: __class__ says int, the type says otherwise, and asking again changes the answer.
    class C:
        turn = 0
        @property
        def __class__(self):
            C.turn += 1
            return (int, list, str, bool)[C.turn % 4]
        def __eq__(self, other): return True
    return C()
