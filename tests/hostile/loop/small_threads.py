# task: HumanEval/23
# expect: not passed
# why: Threads with the smallest stacks there are; passes if 5,000 run at once.
    import threading
    threading.stack_size(32768)
    stop = threading.Event()
    try:
        for count in range(5000):
            threading.Thread(target=stop.wait, daemon=True).start()
        return len(string)
    except (RuntimeError, MemoryError):
        return None
