# task: HumanEval/53
# expect: failed
# why: StopIteration carries a value, as a generator's result does.
    raise StopIteration(x + y)
