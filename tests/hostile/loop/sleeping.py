# task: HumanEval/23
# expect: timeout
# why: A sleeper uses no CPU: only a wall limit ends it.
    import time
    time.sleep(10 ** 6)
    return len(string)
