# task: HumanEval/53
# expect: passed
# why: The entry point becomes a lambda.
    pass

add = lambda x, y: x + y
