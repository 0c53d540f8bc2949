# task: HumanEval/53
# expect: not passed
# why: Hundreds of threads, or as many as there may be.
    import threading, time
    for _ in range(900):
        threading.Thread(target=time.sleep, args=(1000,)).start()
    return 1 << 40
