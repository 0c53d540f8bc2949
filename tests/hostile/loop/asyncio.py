# task: HumanEval/53
# expect: timeout|failed
# why: An event loop with nothing to do.
    import asyncio
    asyncio.run(asyncio.Event().wait())
