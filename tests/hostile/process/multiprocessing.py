# task: HumanEval/23
# expect: not passed
# why: A process pool.
    import multiprocessing
    with multiprocessing.Pool(2) as pool:
        assert pool.map(abs, [-1]) == [1]
    return len(string)
