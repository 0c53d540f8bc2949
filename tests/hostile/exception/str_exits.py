# task: HumanEval/53
# expect: not passed
# why: Whoever prints it, exits with 0.
    class Leave(Exception):
        def __str__(self):
            raise SystemExit(0)
        __repr__ = __str__
    raise Leave
