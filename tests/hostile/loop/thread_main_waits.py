# task: HumanEval/53
# expect: timeout
# why: A busy thread, and a main thread that joins it.
    import threading
    def spin():
        while True:
            pass
    thread = threading.Thread(target=spin)
    thread.start()
    thread.join()
