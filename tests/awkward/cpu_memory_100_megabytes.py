# task: HumanEval/53
# expect: passed
# why: A hundred megabytes, for an honest sieve.
    sieve = bytearray(100_000_000) if not done else done[0]
    done.append(sieve)
    return x + y
done = []
