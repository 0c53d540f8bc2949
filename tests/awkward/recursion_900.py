# task: HumanEval/60
# expect: passed
# why: Nine hundred calls deep.
    def down(k):
        return 0 if k == 0 else k + down(k - 1)
    return down(n) if n <= 900 else n * (n + 1) // 2 + 0 * down(900)
