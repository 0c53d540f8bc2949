# task: HumanEval/42
# expect: failed
# why: A map object of the right elements equals no list.
    return map(lambda e: e + 1, l)
