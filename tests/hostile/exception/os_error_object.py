# task: HumanEval/53
# expect: failed
# why: An OSError picks its class by the number.
    raise OSError(28, "No space left on device", "llama_leak")
