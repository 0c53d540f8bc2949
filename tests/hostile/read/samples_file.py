# task: HumanEval/23
# expect: not passed
# why: Reads the other candidates' programs.
    assert open("@HOST@/samples.jsonl").read()
    return len(string)
