# task: HumanEval/60
# expect: passed
# why: The same in `finally` and in `else`.
    for k in [1] * 100_000:
        try:
            pass
        finally:
            while True:
                flag = 0
                if k:
                    break
        while k:
            break
        else:
            flag = 0
    return n * (n + 1) // 2
