# task: HumanEval/53
# expect: failed
# why: Claims that the runner is gone.
    raise BrokenPipeError(32, "x")
