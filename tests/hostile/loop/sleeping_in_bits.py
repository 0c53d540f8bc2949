# task: HumanEval/53
# expect: timeout
# why: Sleeps a little, again and again.
    import time
    while True:
        time.sleep(0.01)
