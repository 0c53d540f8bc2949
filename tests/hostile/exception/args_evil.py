# task: HumanEval/53
# expect: not passed
# why: Arguments that cannot be printed, compared or pickled.
    class Bad:
        def __getattribute__(self, name): raise SystemExit(0)
        def __reduce_ex__(self, n): raise SystemExit(0)
    raise ValueError(Bad(), Bad())
