# task: HumanEval/53
# expect: timeout|failed
# why: Promises a kilobyte, sends ten bytes and sleeps.
    import os, struct, time
    os.write(3, struct.pack("I", 1000) + b"V" * 10)
    time.sleep(1000)
