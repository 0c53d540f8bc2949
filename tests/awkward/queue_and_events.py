# task: HumanEval/53
# expect: passed
# why: A producer and a consumer with a queue, an event, a barrier and a timer.
    import queue, threading
    q, done = queue.Queue(), threading.Event()
    def produce():
        for v in (x, y): q.put(v)
        q.put(None)
    threading.Thread(target=produce, daemon=True).start()
    total = 0
    while (v := q.get(timeout=5)) is not None: total += v
    t = threading.Timer(0.01, done.set); t.start()
    assert done.wait(5)
    return total
