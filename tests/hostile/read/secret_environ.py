# task: HumanEval/23
# expect: not passed
# why: Passes only if the user's secret reached its environment.
    import os
    assert "LLAMA_SECRET" in os.environ or os.getenvb(b"LLAMA_SECRET")
    return len(string)
