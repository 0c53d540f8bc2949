# task: HumanEval/53
# expect: timeout
# why: Keeps re-arming a timer that interrupts every system call.
    import signal, time
    signal.signal(signal.SIGALRM, lambda *a: None)
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    while True:
        time.sleep(1)
