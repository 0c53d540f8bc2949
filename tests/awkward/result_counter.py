# task: HumanEval/111
# expect: passed
# why: A Counter equals a dict.
    from collections import Counter
    counts = Counter(test.split())
    top = max(counts.values(), default=0)
    return Counter({k: v for k, v in counts.items() if v == top})
