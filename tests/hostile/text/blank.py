# task: HumanEval/53
# expect: failed
# why: White space of all kinds.
# text: "   \t\f\v\u00a0\u2003\n \n"
