# task: HumanEval/23
# expect: timeout
# why: The loop stands at module level, before any call.
    return len(string)
while True:
    pass
