# task: HumanEval/56
# expect: passed
# why: Two helpers below that call each other.
    return opened(brackets, 0, 0)
def opened(text, at, depth):
    if at == len(text):
        return depth == 0
    return opened(text, at + 1, depth + 1) if text[at] == "<" else closed(text, at, depth)
def closed(text, at, depth):
    return depth > 0 and opened(text, at + 1, depth - 1)
