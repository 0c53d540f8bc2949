# task: HumanEval/42
# expect: passed
# why: A pool of threads.
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(max_workers=4) as pool:
        return list(pool.map(lambda e: e + 1, l))
