# task: HumanEval/53
# expect: passed
# why: Prints a megabyte, as a forgotten debug line in a loop does.
    for _ in range(20000):
        print("x" * 50)
    return x + y
