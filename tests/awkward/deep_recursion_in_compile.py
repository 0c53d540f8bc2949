# task: HumanEval/53
# expect: passed
# text: "    return x + y\nvalue = " + "+".join(["1"] * 900) + "\nnested = " + "[" * 60 + "]" * 60 + "\n"
