# task: HumanEval/53
# expect: not passed
# why: Exits with 0 when the runner's signal comes.
    import os, signal
    for number in range(1, 65):
        try:
            signal.signal(number, lambda *a: os._exit(0))
        except BaseException:
            pass
    while True:
        pass
