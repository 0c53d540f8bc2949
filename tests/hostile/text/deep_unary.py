# task: HumanEval/53
# expect: not passed
# why: A million minus signs recurse in the parser.
# text: "    return " + "-" * 1000000 + "x\n"
