# task: HumanEval/53
# expect: passed
# why: Calls exit() and catches it.
    try:
        exit(1)
    except SystemExit:
        return x + y
