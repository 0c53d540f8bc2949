# task: HumanEval/53
# expect: failed
# why: Source that cannot be encoded.
# text: "    s = '\ud800\udfff'\n    return x + y\n"
