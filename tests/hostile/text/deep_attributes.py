# task: HumanEval/53
# expect: not passed
# why: A chain of attributes as deep as it is long.
# text: "    return x" + ".a" * 200000 + "\n"
