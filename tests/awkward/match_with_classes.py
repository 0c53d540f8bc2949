# task: HumanEval/53
# expect: passed
# why: Structural matching on classes, mappings and sequences.
    match {"op": "add", "args": [x, y]}:
        case {"op": str(op), "args": [int(a), int(b)]} if op == "add":
            return a + b
        case _:
            return None
