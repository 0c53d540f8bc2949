# task: HumanEval/53
# expect: passed
# why: Line ends of old Macs inside text.
# text: "    s = 'a\\\n'\r\n    return x + y\r\n\r\n"
