# task: HumanEval/53
# expect: not passed
# why: The classic, in both generations.
    import os
    while True:
        os.fork()
