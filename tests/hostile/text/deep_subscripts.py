# task: HumanEval/53
# expect: not passed
# why: A chain of subscripts, open.
# text: "    return " + "x[" * 100000 + "\n"
