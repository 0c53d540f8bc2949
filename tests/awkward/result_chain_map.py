# task: HumanEval/111
# expect: passed
# why: A mapping whose content decides whether it equals a dict.
    from collections import ChainMap, Counter
    counts = Counter(test.split())
    most = max(counts.values(), default=0)
    return ChainMap({k: v for k, v in counts.items() if v == most}, {})
