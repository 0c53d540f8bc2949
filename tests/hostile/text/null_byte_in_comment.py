# task: HumanEval/53
# expect: failed
# why: In a comment as well.
# text: "    return x + y  # \0\n"
