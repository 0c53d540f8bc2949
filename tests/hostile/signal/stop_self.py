# task: HumanEval/53
# expect: timeout|crashed
# why: A stopped process uses no CPU and never ends.
    import os, signal
    os.kill(os.getpid(), signal.SIGSTOP)
    signal.raise_signal(signal.SIGSTOP)
    while True:
        pass
