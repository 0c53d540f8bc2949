# task: HumanEval/53
# expect: failed
# why: An open quote.
# text: "    return 'x + y\n"
