# task: HumanEval/53
# expect: not passed
# why: Leaves the group and the session, so that killing the group misses it, then loops.
    import os
    for call in (os.setsid, os.setpgrp):
        try:
            call()
        except OSError:
            pass
    while True:
        pass
