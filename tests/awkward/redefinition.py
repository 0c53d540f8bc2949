# task: HumanEval/53
# expect: passed
# why: The whole function again, as chat models write it.
    return x + y


def add(x: int, y: int) -> int:
    """Add two numbers x and y"""
    return sum((x, y))
