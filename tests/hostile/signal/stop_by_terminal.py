# task: HumanEval/53
# expect: timeout|crashed|failed
# why: SIGTSTP, SIGTTIN and SIGTTOU stop as well.
    import signal, time
    for number in (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
        signal.raise_signal(number)
    time.sleep(1000)
