# task: HumanEval/53
# expect: failed
# why: A nonlocal that binds nothing.
# text: "    nonlocal q\n    return x + y\n"
