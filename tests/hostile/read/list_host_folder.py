# task: HumanEval/23
# expect: not passed
# why: Lists a folder of the user.
    import os
    assert os.listdir("@HOST@")
    return len(string)
