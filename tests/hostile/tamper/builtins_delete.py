# task: HumanEval/53
# expect: failed|crashed
# why: Every builtin is gone when the call returns.
    import builtins
    for name in list(vars(builtins)):
        if name not in ("vars",):
            try:
                delattr(builtins, name)
            except BaseException:
                pass
    return 1 << 40
