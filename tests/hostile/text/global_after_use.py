# task: HumanEval/53
# expect: failed
# why: A global declared after use, and for an argument.
# text: "    global x\n    return x + y\n"
