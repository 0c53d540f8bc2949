# task: HumanEval/53
# expect: passed
# why: The same at module level.
    return total(x, y)
def total(*numbers):
    s = 0
    for n in numbers:
        s = s + n
    return s
sum = list = type = isinstance = print = None
