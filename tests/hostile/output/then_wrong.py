# task: HumanEval/53
# expect: not passed
# why: A hundred megabytes, then a wrong answer.
    import sys
    for _ in range(100):
        sys.stdout.write("x" * (1 << 20))
        sys.stderr.write("y" * (1 << 20))
    return 1 << 40
