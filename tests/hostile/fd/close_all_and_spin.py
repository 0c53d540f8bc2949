# task: HumanEval/53
# expect: timeout|failed|crashed
# why: The end of file comes, the process does not end.
    import os
    os.closerange(0, 65536)
    while True:
        pass
