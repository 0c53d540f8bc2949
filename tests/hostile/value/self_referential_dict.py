# task: HumanEval/111
# expect: not passed
# why: A dict that holds itself.
    d = {}
    d["a"] = d
    return d
