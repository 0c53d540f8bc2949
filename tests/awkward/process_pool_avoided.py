# task: HumanEval/53
# expect: passed
# why: Falls back to one process where a pool of processes cannot be had.
    import concurrent.futures, multiprocessing
    try:
        with multiprocessing.Pool(2) as pool:
            return sum(pool.map(int, [x, y]))
    except Exception:
        return sum(map(int, [x, y]))
