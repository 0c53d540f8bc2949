# task: HumanEval/53
# expect: passed
# why: A short sleep.
    import time
    if not done:
        time.sleep(0.1)
        done.append(True)
    return x + y
done = []
