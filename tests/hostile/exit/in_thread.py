# task: HumanEval/53
# expect: not passed
# why: Another thread ends the process while the main one waits.
    import os, threading, time
    threading.Timer(0.05, os._exit, [0]).start()
    time.sleep(0.2)
    return None
