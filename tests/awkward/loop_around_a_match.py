# task: HumanEval/60
# expect: passed
# why: Inner loops that always begin alike, in a match, a with-less try and a conditional.
    for k in [1] * 100_000:
        match k:
            case 0:
                continue
            case _:
                while True:
                    flag = k
                    if flag:
                        break
    return n * (n + 1) // 2
