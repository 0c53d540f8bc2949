# task: HumanEval/53
# expect: passed
# why: The entry point calls itself by its global name, with another number of arguments.
    if rest:
        return add(add(x, y), *rest)
    return x + y
_add = add
def add(x, y, *rest):
    return _add2(x, y, *rest)
def _add2(x, y, *rest):
    return x + y if not rest else add(x + y, *rest)
