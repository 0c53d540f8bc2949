# task: HumanEval/53
# expect: passed
# why: No newline at the end, spaces after the code.
# text: "    return x + y    "
