# task: HumanEval/53
# expect: not passed
# why: Brackets of all kinds.
# text: "    return " + "[{(" * 30000 + "\n"
