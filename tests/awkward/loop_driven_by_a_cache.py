# task: HumanEval/60
# expect: passed
# why: A loop whose state is what a cache has seen.
    from functools import lru_cache
    count = [0]
    @lru_cache(maxsize=None)
    def fresh(k):
        count[0] += 1
        return count[0]
    last = -1
    while last < 100_000:
        last = fresh(len(str(last)) * 10 ** 6 + last)
    return n * (n + 1) // 2
