# task: HumanEval/53
# expect: passed
# why: Newer syntax.
    match (total := x + y, {"kind": "sum", "args": [x, y]}):
        case int() as number, {"kind": "sum", "args": [_, *_]} if number == total:
            return number
        case _:
            return None
