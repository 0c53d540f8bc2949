# task: HumanEval/53
# expect: failed
# why: Claims to be the runner's own time limit.
    raise TimeoutError
