# task: HumanEval/16
# expect: passed
# why: A set's order depends on the hash seed; the answer does not.
    seen = set()
    for c in string.lower():
        seen |= {c}
    return len(sorted(seen, key=hash))
