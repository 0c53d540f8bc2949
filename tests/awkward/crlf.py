# task: HumanEval/53
# expect: passed
# why: Line ends of Windows.
# text: "    total = x + y\r\n    return total\r\n"
