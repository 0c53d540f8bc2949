# task: HumanEval/53
# expect: timeout|failed
# why: Sleeps until it counts as asleep, then computes beside the others.
    import time
    time.sleep(0.5)
    while True:
        pass
