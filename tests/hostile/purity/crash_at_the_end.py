# task: HumanEval/53
# expect: not passed
# why: A chain of iterators that overflows the stack while the program is put away.
    return None

qqi = iter([])
for qqn in range(1_000_000):
    qqi = filter(None, qqi)
