# task: HumanEval/15
# expect: passed
# why: One object many times in a result is no cycle.
    parts = []
    for k in range(n + 1):
        parts += [str(k)]
    return " ".join(parts)
