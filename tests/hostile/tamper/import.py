# task: HumanEval/53
# expect: not passed
# why: __import__ hands out empty modules.
    import builtins, types
    builtins.__import__ = lambda name, *a, **k: types.ModuleType(name)
    return None
