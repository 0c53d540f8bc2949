# task: HumanEval/111
# expect: passed
# why: A read-only view of a dict equals a dict.
    from collections import Counter
    from types import MappingProxyType
    counts = Counter(test.split())
    return MappingProxyType({k: v for k, v in counts.items() if v == max(counts.values())})
