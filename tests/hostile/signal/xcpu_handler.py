# task: HumanEval/53
# expect: timeout|crashed
# why: Handles SIGXCPU, which the CPU limit sends first.
    import signal
    signal.signal(signal.SIGXCPU, lambda *a: None)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    while True:
        pass
