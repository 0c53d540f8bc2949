# task: HumanEval/60
# expect: timeout
# why: Right at first; loops from the second call on.
    while n > 1:
        pass
    return n
