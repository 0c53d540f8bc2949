# task: HumanEval/23
# expect: not passed
# why: Coroutines and generators carry frames.
    async def qqa(): pass
    qqk = qqa()
    return [qqk.cr_frame.f_globals and (i for i in ()).gi_frame] and None
