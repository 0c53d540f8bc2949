# task: HumanEval/60
# expect: passed
# why: Stays deep in a recursion for half a second, where little room is left on the stack.
    def down(k):
        if k:
            return 1 + down(k - 1)
        total = 0
        for step in range(400_000):
            total += step % 7
        return 0 * total
    if n == 1:
        assert down(970) == 970
    return n * (n + 1) // 2
