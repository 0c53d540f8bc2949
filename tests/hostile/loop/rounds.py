# task: HumanEval/95
# expect: not passed
# why: The test's messages make it ask again: limits must not start over each time.
    import time
    end = time.process_time() + 0.8
    while time.process_time() < end:
        pass
    return len(calls.append(1) or calls)
calls = []
