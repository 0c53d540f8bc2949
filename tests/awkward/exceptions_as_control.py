# task: HumanEval/53
# expect: passed
# why: try, finally, else, chained and grouped exceptions.
    try:
        try:
            raise KeyError("x")
        except KeyError as error:
            raise ValueError("y") from error
        finally:
            total = x
    except* ValueError:
        total += y
    else:
        total = None
    return total
