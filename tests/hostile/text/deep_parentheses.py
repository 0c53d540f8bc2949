# task: HumanEval/53
# expect: not passed
# why: A hundred thousand open parentheses.
# text: "    return " + "(" * 100000 + "x" + ")" * 100000 + "\n"
