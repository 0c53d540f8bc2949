# task: HumanEval/23
# expect: not passed
# why: The same method taken from a list of names.
    qqk = [*map(str.format_map, ["{a.__class__}"], [{"a": string}])]
    return [qqk] and None
