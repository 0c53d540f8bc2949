# task: HumanEval/53
# expect: not passed
# why: A generator's finally block exits while the frame is torn down.
    import os
    def g():
        try:
            yield 1
        finally:
            os._exit(0)
    it = g()
    next(it)
    return it
