# task: HumanEval/60
# expect: passed
# why: A loop whose only state is a mutable default far away.
    while tick():
        pass
    del calls[:]
    return n * (n + 1) // 2

calls = []
def tick(held=(calls,)):
    held[0].append(None)
    return len(held[0]) < 200_000
