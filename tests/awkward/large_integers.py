# task: HumanEval/41
# expect: passed
# why: Integers of a million bits on the way.
    big = 1 << 1_000_000
    return (big * n * n) >> 1_000_000
