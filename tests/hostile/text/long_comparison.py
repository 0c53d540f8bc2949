# task: HumanEval/53
# expect: not passed
# why: A comparison with two hundred thousand links.
# text: "    return " + "<".join(["x"] * 200000) + "\n"
