# task: HumanEval/53
# expect: timeout|failed
# why: Holds what it may have, and sleeps on it.
    import time
    held = bytearray(700 << 20)
    for at in range(0, len(held), 4096):
        held[at] = 1
    time.sleep(1000)
