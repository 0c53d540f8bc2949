# task: HumanEval/60
# expect: passed
# why: A member of an IntEnum is an int.
    import enum
    total = sum(range(n + 1))
    return enum.IntEnum("Total", {"VALUE": total}).VALUE
