# task: HumanEval/53
# expect: timeout
# why: The plain infinite loop.
    while True:
        pass
