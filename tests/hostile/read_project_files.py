# task: HumanEval/53
# expect: not passed
# why: Reads the project's own sources.
    assert open("@REPO@/scripts/execute.py").read()
    return x + y
