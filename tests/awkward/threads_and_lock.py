# task: HumanEval/53
# expect: passed
# why: Threads, a lock, a queue and an event.
    import queue, threading
    results, lock, ready = queue.Queue(), threading.Lock(), threading.Event()
    def work():
        ready.wait()
        with lock:
            results.put(x + y)
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    ready.set()
    for thread in threads:
        thread.join()
    return results.get()
