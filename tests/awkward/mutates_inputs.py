# task: HumanEval/70
# expect: passed
# why: Empties its input.
    out = []
    while lst:
        out.append(lst.pop(lst.index(min(lst))))
        if lst:
            out.append(lst.pop(lst.index(max(lst))))
    return out
