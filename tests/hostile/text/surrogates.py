# task: HumanEval/53
# expect: failed
# why: Source that cannot be encoded.
# text: "    s = '\udfff\ud800'\n    return x + y\n"
