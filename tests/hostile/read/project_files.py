# task: HumanEval/23
# expect: not passed
# why: Reads the project's own sources.
    assert open("@REPO@/scripts/execute.py").read()
    return len(string)
