# task: HumanEval/53
# expect: not passed
# why: Right-associative powers recurse.
# text: "    return " + "**".join(["x"] * 100000) + "\n"
