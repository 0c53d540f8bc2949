# task: HumanEval/53
# expect: failed
# why: Python refuses source with null bytes.
# text: "    return x + y\0\n"
