# task: HumanEval/53
# expect: passed
# why: Looks at its own annotations and source-free signature.
    import inspect, typing
    assert typing.get_type_hints(add)["x"] is int
    assert list(inspect.signature(add).parameters) == ["x", "y"]
    return x + y
