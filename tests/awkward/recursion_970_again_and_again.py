# task: HumanEval/60
# expect: passed
# why: Goes deep thousands of times, whatever interrupts it.
    def down(k):
        return 1 + down(k - 1) if k else 0
    if n == 1:
        for _ in range(1500):
            assert down(970) == 970
    return n * (n + 1) // 2
