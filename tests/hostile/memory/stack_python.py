# task: HumanEval/53
# expect: crashed|failed|timeout
# why: Recursion in Python without a limit.
    import sys
    sys.setrecursionlimit(1 << 30)
    def dive(n):
        return dive(n + 1) + 1
    return dive(0)
