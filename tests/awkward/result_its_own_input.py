# task: HumanEval/42
# expect: passed
# why: Changes its input and returns it.
    for index in range(len(l)):
        l[index] += 1
    return l
