# task: HumanEval/111
# expect: passed
# why: An OrderedDict equals a dict, whatever the order.
    from collections import Counter, OrderedDict
    counts = Counter(test.split())
    return OrderedDict((k, v) for k, v in reversed(list(counts.items())) if v == max(counts.values()))
