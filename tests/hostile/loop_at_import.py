# task: HumanEval/53
# expect: timeout
# why: The loop stands at module level, before any call.
    return x + y
while True:
    pass
