# task: HumanEval/53
# expect: not passed
# why: Folders that nobody may read or enter.
    import os
    os.makedirs("a/b/c")
    open("a/b/c/llama-trace", "w").close()
    for name in ("a/b/c/llama-trace", "a/b/c", "a/b", "a"):
        os.chmod(name, 0)
    os.chmod(".", 0)
    return None
