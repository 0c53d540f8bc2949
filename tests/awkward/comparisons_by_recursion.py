# task: HumanEval/24
# expect: passed
# why: Recursion as deep as the number is large would fail; this one halves.
    def largest(d):
        return d if n % d == 0 else largest(d - 1)
    import sys
    sys.setrecursionlimit(5000)
    return largest(n // 2) if n > 1 else 1
