# task: HumanEval/53
# expect: not passed
# why: A trailing decorator swallows whatever definition comes next.
    return 1 << 40
def swallow(function):
    return lambda *a, **k: None
@swallow
