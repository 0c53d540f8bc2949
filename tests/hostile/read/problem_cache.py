# task: HumanEval/23
# expect: not passed
# why: Reads a file of the user that runs the experiment.
    assert open("@HOST@/target.txt").read()
    return len(string)
