# task: HumanEval/53
# expect: passed
# why: Names of the interactive interpreter, mentioned and not called.
    actions = {"quit": quit, "exit": exit}
    return x + y if len(actions) == 2 else None
