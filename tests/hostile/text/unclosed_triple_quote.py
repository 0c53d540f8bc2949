# task: HumanEval/53
# expect: failed
# why: An open triple quote that the test's own quotes might close.
# text: "    return 1 << 40\n    '''"
