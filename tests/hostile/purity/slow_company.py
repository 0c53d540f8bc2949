# task: HumanEval/53
# expect: not passed
# why: A little slow, so that all who share its process wait and are run again.
    qqk = 0
    for qqn in range(100_000):
        qqk += qqn
    return qqk
