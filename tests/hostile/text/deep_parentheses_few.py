# task: HumanEval/53
# expect: not passed
# why: As many as the parser takes, many times.
# text: "    return " + ",".join(["(" * 90 + "0" + ")" * 90] * 2000) + "\n"
