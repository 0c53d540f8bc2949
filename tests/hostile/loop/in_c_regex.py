# task: HumanEval/53
# expect: timeout
# why: Catastrophic backtracking holds the interpreter lock.
    import re
    return re.match(r"(a+)+$", "a" * 64 + "b")
