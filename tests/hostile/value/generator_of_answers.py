# task: HumanEval/42
# expect: not passed
# why: A generator of the right elements equals nothing.
    return (e + 1 for e in l)
