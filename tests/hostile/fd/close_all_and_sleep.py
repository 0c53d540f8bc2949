# task: HumanEval/53
# expect: timeout|failed|crashed
# why: The same with a sleeper, which uses no CPU.
    import os, time
    os.closerange(0, 65536)
    time.sleep(1000)
