# task: HumanEval/53
# expect: not passed
# why: `check` would become the default of a lambda that nobody calls.
    return 1 << 40
check = lambda *a: lambda \
