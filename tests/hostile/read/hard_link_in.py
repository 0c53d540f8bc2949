# task: HumanEval/23
# expect: not passed
# why: Links a host file into the scratch directory.
    import os
    os.link("@HOST@/target.txt", "llama-trace-hard")
    assert open("llama-trace-hard").read()
    return len(string)
