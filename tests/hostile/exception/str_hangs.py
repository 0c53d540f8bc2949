# task: HumanEval/53
# expect: not passed
# why: Whoever prints it, hangs.
    class Slow(Exception):
        def __str__(self):
            while True:
                pass
        __repr__ = __str__
    raise Slow
