# task: HumanEval/53
# expect: passed
# why: A signal to itself, handled, and a timer of virtual time.
    import os, signal
    seen = []
    signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.raise_signal(signal.SIGUSR1)
    assert len(seen) == 2
    return x + y
