# task: HumanEval/23
# expect: not passed
# why: os.popen.
    import os
    assert os.popen("echo hi").read() == "hi\n"
    return len(string)
