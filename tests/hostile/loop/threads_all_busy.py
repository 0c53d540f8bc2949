# task: HumanEval/53
# expect: timeout|failed
# why: A hundred threads that all compute in C without the interpreter's lock.
    import hashlib, threading
    block = bytes(1 << 20)
    def work():
        while True:
            hashlib.sha256(block)
    threads = [threading.Thread(target=work) for _ in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
