# task: HumanEval/53
# expect: failed
# why: Import errors carry names and paths.
    raise ImportError("x", name="llama_leak", path="llama_leak")
