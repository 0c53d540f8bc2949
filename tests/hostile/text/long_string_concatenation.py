# task: HumanEval/53
# expect: not passed
# why: Adjacent literals that the parser joins one by one.
# text: "    return " + "'a' " * 300000 + "\n"
