# task: HumanEval/53
# expect: not passed
# why: faulthandler writes to descriptors by itself and can re-arm itself.
    import faulthandler
    faulthandler.enable()
    faulthandler.dump_traceback_later(0.01, repeat=True)
    while True:
        pass
