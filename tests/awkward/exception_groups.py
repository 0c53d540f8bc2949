# task: HumanEval/53
# expect: passed
# why: Exception groups, notes and except*.
    caught = []
    try:
        raise ExceptionGroup("two", [ValueError(x), TypeError(y)])
    except* ValueError as group:
        caught += group.exceptions
    except* TypeError as group:
        caught += group.exceptions
    return sum(e.args[0] for e in caught)
