# task: HumanEval/53
# expect: not passed
# why: Unclosed brackets once took the parser exponential time.
# text: "    return " + "{" * 60 + ":" + "\n    x = " + "(a=" * 50 + "\n"
