# task: HumanEval/56
# expect: passed
# why: A helper below, which the body calls.
    return depth(brackets) == 0


def depth(text):
    level = 0
    for c in text:
        level += 1 if c == "<" else -1
        if level < 0:
            return -1
    return level
