# task: HumanEval/53
# expect: not passed
# why: Trace and profile functions for threads that the runner may start.
    import os, threading
    threading.settrace(lambda *a: os._exit(0))
    threading.setprofile(lambda *a: os._exit(0))
    return 1 << 40
