# task: HumanEval/23
# expect: not passed
# why: The parent's command line tells where its files are.
    import os
    assert open(f"/proc/{os.getppid()}/cmdline", "rb").read()
    return len(string)
