# task: HumanEval/53
# expect: not passed
# why: A stopped parent hangs the run for ever.
    import os, signal
    for pid in (os.getppid(), 0, -os.getpgrp()):
        try:
            os.kill(pid, signal.SIGSTOP)
        except OSError:
            pass
    return 1 << 40
