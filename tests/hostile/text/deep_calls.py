# task: HumanEval/53
# expect: not passed
# why: A chain of calls.
# text: "    return x" + "()" * 200000 + "\n"
