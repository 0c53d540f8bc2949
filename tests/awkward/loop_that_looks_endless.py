# task: HumanEval/60
# expect: passed
# why: The loop's variables repeat; what an enclosing loop iterates over does not.
    total = 0
    for k in iter([*range(200_000)] + [n]):
        while True:
            total = 0
            if k >= 0:
                break
    for k in range(n):
        total += k + 1
    return total
