# task: HumanEval/53
# expect: not passed
# why: A tame program that prints without end.
    while True:
        print("x" * 100000)
