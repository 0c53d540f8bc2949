# task: HumanEval/53
# expect: passed
# why: Assertions of the model at module level.
    return x + y

assert add(1, 2) == 3
assert add(-1, 1) == 0
print("all fine")
