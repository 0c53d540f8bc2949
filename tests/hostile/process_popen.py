# task: HumanEval/53
# expect: not passed
# why: os.popen.
    import os
    assert os.popen("echo hi").read() == "hi\n"
    return x + y
