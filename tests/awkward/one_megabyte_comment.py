# task: HumanEval/53
# expect: passed
# text: "    return x + y\n# " + "x" * 1000000 + "\n"
