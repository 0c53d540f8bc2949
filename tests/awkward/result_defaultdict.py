# task: HumanEval/111
# expect: passed
# why: A defaultdict equals a dict.
    from collections import defaultdict
    counts = defaultdict(int)
    for word in test.split():
        counts[word] += 1
    best = defaultdict(lambda: 0)
    for word, count in counts.items():
        if count == max(counts.values()):
            best[word] = count
    return best
