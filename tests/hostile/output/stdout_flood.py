# task: HumanEval/53
# expect: not passed
# why: Endless standard output.
    while True:
        print("passed " * 10000)
