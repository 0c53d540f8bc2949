# task: HumanEval/23
# expect: not passed
# why: Follows a link of its own out of the scratch directory.
    import os
    os.symlink("@HOST@", "llama-trace-link")
    assert os.listdir("llama-trace-link") or open("llama-trace-link/target.txt").read()
    return len(string)
