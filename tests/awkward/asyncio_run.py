# task: HumanEval/53
# expect: passed
# why: An event loop for nothing.
    import asyncio
    async def plus():
        await asyncio.sleep(0)
        return x + y
    return asyncio.run(plus())
