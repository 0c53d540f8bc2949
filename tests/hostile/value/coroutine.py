# task: HumanEval/53
# expect: failed
# why: A coroutine is no number.
    async def f():
        return x + y
    return f()
