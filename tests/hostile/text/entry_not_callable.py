# task: HumanEval/53
# expect: failed
# why: The entry point is data.
# text: "    return x + y\n\nadd = 5\n"
