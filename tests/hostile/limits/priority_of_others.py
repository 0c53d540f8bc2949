# task: HumanEval/23
# expect: not passed
# why: Slows down its parent and its group.
    import os
    done = 0
    for which, who in ((os.PRIO_PROCESS, os.getppid()), (os.PRIO_PGRP, 0)):
        try:
            now = os.getpriority(which, who)
            os.setpriority(which, who, now + 1)
            done += 1
        except OSError:
            pass
    return len(string) if done else None
