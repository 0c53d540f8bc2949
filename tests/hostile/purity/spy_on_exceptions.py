# task: HumanEval/53
# expect: not passed
# why: A handler in a generator in a cycle would meet, and empty, what a later program handles.
    return None

def qqg(qqh):
    try:
        yield 1
    except BaseException:
        pass
    try:
        raise
    except BaseException as qqe:
        for qqa in qqe.args:
            qqa.clear()
for qqn in range(50):
    qql = []
    qql += [qqg(qql)]
    next(qql[0])
