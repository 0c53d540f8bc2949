# task: HumanEval/23
# expect: not passed
# why: The list of processes, likewise.
    import os
    assert os.listdir("/proc")
    return len(string)
