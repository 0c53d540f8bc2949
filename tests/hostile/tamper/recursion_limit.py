# task: HumanEval/53
# expect: not passed
# why: The runner is left with no recursion to encode with.
    import sys
    sys.setrecursionlimit(max(40, len(__import__("inspect").stack()) + 20))
    return [[[[[[[[[[1 << 40]]]]]]]]]]
