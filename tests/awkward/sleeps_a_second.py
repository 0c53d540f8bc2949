# task: HumanEval/53
# expect: passed
# why: Sleeps for a second when it is loaded.
    return x + y
import time
time.sleep(1)
