# task: HumanEval/53
# expect: passed
# why: One line of 200,000 characters.
# text: "    return x + y" + " + 0" * 2000 + "  # " + "long " * 40000
