# task: HumanEval/60
# expect: passed
# why: A loop in an exception handler, which the compiler moves out of the loop around it.
    for k in [1] * 100_000:
        try:
            [][0]
        except IndexError:
            while True:
                flag = 0
                if k:
                    break
    return n * (n + 1) // 2
