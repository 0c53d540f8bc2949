# task: HumanEval/53
# expect: not passed
# why: multiprocessing's locks and shared arrays live in /dev/shm.
    import multiprocessing, os
    lock = multiprocessing.Lock()
    array = multiprocessing.Array("i", 10)
    return x + y if os.listdir("/dev/shm") else None
