# task: HumanEval/53
# expect: not passed
# why: Builtins that checkers use are replaced by liars.
    import builtins
    for name in ("isinstance", "issubclass", "all", "any", "bool", "hasattr", "callable"):
        setattr(builtins, name, lambda *a: True)
    builtins.abs = builtins.len = builtins.round = builtins.sum = lambda *a: 0
    builtins.sorted = builtins.list = builtins.tuple = builtins.set = lambda *a: []
    builtins.type = lambda *a: int
    return 1 << 40
