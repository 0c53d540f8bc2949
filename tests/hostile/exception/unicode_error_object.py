# task: HumanEval/53
# expect: failed
# why: Errors of codecs are built by their own rules.
    raise UnicodeDecodeError("llama_leak", b"\xff" * 1000, 0, 10 ** 9, "x")
