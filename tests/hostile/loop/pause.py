# task: HumanEval/53
# expect: timeout
# why: Waits for a signal with all of them blocked.
    import signal
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    signal.pause()
