# task: HumanEval/53
# expect: not passed
# why: A wrong result with a busy thread that is no daemon.
    import threading
    def spin():
        while True:
            pass
    threading.Thread(target=spin).start()
    return 1 << 40
