# task: HumanEval/53
# expect: passed
# why: Names of builtins as variables, as learners write them.
    list = [x, y]
    sum = 0
    for int in list:
        sum += int
    max = min = len = str = sum
    return max
