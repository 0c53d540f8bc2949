# task: HumanEval/53
# expect: not passed
# why: Reads the other candidates' programs.
    assert open("@HOST@/samples.jsonl").read()
    return x + y
