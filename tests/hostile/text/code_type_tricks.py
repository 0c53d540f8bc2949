# task: HumanEval/53
# expect: not passed
# why: The function's code is replaced when it is first looked at.
# text: "    return 1 << 40\nadd.__code__ = (lambda x, y: [x, y]).__code__\nadd.__defaults__ = (1, 2, 3, 4, 5)\nadd.__kwdefaults__ = {'x': 1}\n"
