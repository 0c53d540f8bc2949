# task: HumanEval/53
# expect: not passed
# why: The module level leaves before any call.
    return 0
raise SystemExit(0)
