# task: HumanEval/53
# expect: not passed
# why: A real SIGINT to itself must not stop the runner.
    import signal
    signal.raise_signal(signal.SIGINT)
    return None
