# task: HumanEval/53
# expect: failed
# why: A byte order mark in the middle is no white space.
# text: "\ufeff    return x + y\n"
