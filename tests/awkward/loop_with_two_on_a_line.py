# task: HumanEval/60
# expect: passed
# why: Loops that share a line, and one that is written over several.
    total = 0
    for k in range(100_000): total += k - k
    for k in (
        j
        for j in range(100_000)
        if j >= 0
    ):
        total -= 0
    [0 for k in range(100_000) if total]; [0 for k in range(100_000) if total]
    return total + sum(
        k + 1
        for k in range(n)
    )
