# task: HumanEval/53
# expect: passed
# text: "    z = x\r\n    z += y\r    return z\n"
