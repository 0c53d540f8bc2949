# task: HumanEval/53
# expect: not passed
# why: Lists a folder of the user.
    import os
    assert os.listdir("@HOST@")
    return x + y
