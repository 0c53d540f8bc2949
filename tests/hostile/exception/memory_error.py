# task: HumanEval/53
# expect: failed|crashed
# why: MemoryError by hand.
    raise MemoryError
