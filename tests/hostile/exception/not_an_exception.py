# task: HumanEval/53
# expect: failed
# why: Raises what is none.
    raise 5
