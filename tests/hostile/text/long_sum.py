# task: HumanEval/53
# expect: not passed
# why: A sum of half a million terms.
# text: "    return " + "+".join(["x"] * 500000) + "\n"
