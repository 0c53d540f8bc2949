# task: HumanEval/53
# expect: timeout
# why: Waits for a descriptor that never speaks.
    import os, select
    r, w = os.pipe()
    select.select([r], [], [])
