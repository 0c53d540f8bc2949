# task: HumanEval/60
# expect: passed
# why: Long loops whose variables hardly change.
    seen, flag = set(), False
    for byte in bytes(300_000):
        flag = not flag
        flag = not flag
    for byte in bytes(200_000):
        seen.add(byte)
    return n * (n + 1) // 2
