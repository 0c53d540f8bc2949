# task: HumanEval/53
# expect: not passed
# why: A coroutine in a cycle that nobody awaits: closing it warns, in somebody's time.
    return None

async def qqg(qqh):
    try:
        return 1
    finally:
        while True:
            pass
qql = []
qql += [qqg(qql)]
