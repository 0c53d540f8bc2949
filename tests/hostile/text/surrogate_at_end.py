# task: HumanEval/53
# expect: failed
# why: A lone half at the very end.
# text: "    return 1 << 40\n# \udc80"
