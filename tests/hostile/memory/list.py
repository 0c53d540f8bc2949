# task: HumanEval/53
# expect: not passed
# why: A list that doubles.
    a = [0]
    while True:
        a += a
