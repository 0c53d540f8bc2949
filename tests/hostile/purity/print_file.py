# task: HumanEval/23
# expect: not passed
# why: print() calls methods of whatever it is given.
    import re
    print("x", file=re)
    return len(string)
