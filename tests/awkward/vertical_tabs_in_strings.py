# task: HumanEval/53
# expect: passed
# text: "    s = '\x0b\x0c\x1c\x85\u2028'\n    return x + y if len(s) == 5 else 0\n"
