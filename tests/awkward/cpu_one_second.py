# task: HumanEval/53
# expect: passed
# why: One second of honest work, once.
    if not done:
        import time
        end = time.process_time() + 1.0
        while time.process_time() < end:
            pass
        done.append(True)
    return x + y
done = []
