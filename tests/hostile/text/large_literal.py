# task: HumanEval/53
# expect: not passed
# why: A literal of a million digits.
# text: "    return " + "9" * 1000000 + "\n"
