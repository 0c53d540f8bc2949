# task: HumanEval/53
# expect: not passed
# why: Millions of small objects.
    held = []
    while True:
        held.append([len(held)])
