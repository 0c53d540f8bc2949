# task: HumanEval/53
# expect: not passed
# why: exit (not exit_group) ends the main thread only and leaves a busy one behind.
    import ctypes, threading
    def spin():
        while True:
            pass
    threading.Thread(target=spin).start()
    ctypes.CDLL(None).syscall(60, 0)
