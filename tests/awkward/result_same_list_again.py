# task: HumanEval/42
# expect: passed
# why: Returns one global list each time, changed in place.
    out.clear()
    out.extend(e + 1 for e in l)
    return out
out = []
