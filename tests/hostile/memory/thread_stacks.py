# task: HumanEval/53
# expect: not passed
# why: Threads with stacks of a gigabyte.
    import threading, time
    threading.stack_size(1 << 30)
    for _ in range(200):
        threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
    return 1 << 40
