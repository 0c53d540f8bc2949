# task: HumanEval/53
# expect: passed
# why: Context managers of its own, in brackets.
    import contextlib
    @contextlib.contextmanager
    def scope(value):
        yield value
    with (
        scope(x) as a,
        scope(y) as b,
    ):
        return a + b
