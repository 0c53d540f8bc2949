# task: HumanEval/53
# expect: not passed
# why: Finds out how much memory others have left, where catching its end is allowed.
    return qqk

qqk = []
try:
    while True:
        qqk.append(bytes(10_000_000))
except MemoryError:
    qqk = len(qqk)
