# task: HumanEval/53
# expect: not passed
# why: Recursion by `not`.
# text: "    return " + "not " * 100000 + "x\n"
