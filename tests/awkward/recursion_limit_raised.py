# task: HumanEval/60
# expect: passed
# why: Raises the recursion limit and goes five thousand deep.
    import sys
    sys.setrecursionlimit(10 ** 6)
    def down(k):
        return 0 if k == 0 else 1 + down(k - 1)
    assert down(5000) == 5000
    return sum(range(n + 1))
