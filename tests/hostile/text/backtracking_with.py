# task: HumanEval/53
# expect: not passed
# why: The same for `with`, whose brackets are ambiguous.
# text: "    with " + "(" * 80 + "open(x) as y" + "\n"
