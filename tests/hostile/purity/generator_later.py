# task: HumanEval/53
# expect: not passed
# why: A generator in a cycle, whose `finally` runs in a later program's time.
    return None

def qqg(qqh):
    try:
        yield 1
    finally:
        while True:
            pass
qql = []
qql += [qqg(qql)]
next(qql[0])
