# task: HumanEval/53
# expect: not passed
# why: kill(0, ...) means the group, too.
    import os
    for number in (15, 1, 2, 3, 10, 12, 6):
        try:
            os.kill(0, number)
        except OSError:
            pass
    return 1 << 40
