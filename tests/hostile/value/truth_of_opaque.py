# task: HumanEval/3
# expect: not passed
# why: An object that claims to be whatever is asked of it, for a test that only asks yes or no.
    class Both:
        state = False
        def __bool__(self):
            Both.state = not Both.state
            return Both.state
        def __eq__(self, other): return True
        __hash__ = None
    return Both()
