# task: HumanEval/53
# expect: failed
# why: The interactive interpreter's way out, which closes standard input first.
    quit()
