# task: HumanEval/111
# expect: not passed
# why: The same in a dict's values.
    a = {"x": 1}
    for _ in range(60):
        a = {"a": a, "b": a}
    return a
