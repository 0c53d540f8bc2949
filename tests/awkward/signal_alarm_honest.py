# task: HumanEval/53
# expect: passed
# why: A time limit of its own, taken off again.
    import signal
    def late(number, frame):
        raise TimeoutError
    old = signal.signal(signal.SIGALRM, late)
    signal.alarm(2)
    try:
        return x + y
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, old)
