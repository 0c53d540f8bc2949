# task: HumanEval/53
# expect: not passed
# why: A tree that is deep, wide and full at once.
    import os
    for level in range(300):
        for number in range(5):
            open(f"f{number}", "w").close()
        os.mkdir("x" * 200)
        os.mkdir("y")
        os.chdir("x" * 200)
    return None
