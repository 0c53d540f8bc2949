# task: HumanEval/42
# expect: passed
# why: Asynchronous generators driven by hand.
    async def numbers():
        for e in l:
            yield e + 1
    async def collect():
        return [e async for e in numbers()]
    try:
        collect().send(None)
    except StopIteration as stop:
        return stop.value
