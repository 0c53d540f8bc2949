# task: HumanEval/53
# expect: not passed
# why: Moves folders about while they are looked at.
    import os
    os.makedirs("a/b/c")
    os.mkdir("d")
    while True:
        os.rename("a/b", "d/b")
        os.rename("d/b", "a/b")
