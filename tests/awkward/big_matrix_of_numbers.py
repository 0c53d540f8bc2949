# task: HumanEval/53
# expect: passed
# why: A sieve up to two millions, an array and a bytearray.
    import array
    n = 2_000_000
    sieve = bytearray([1]) * (n + 1)
    for i in range(2, int(n ** .5) + 1):
        if sieve[i]: sieve[i * i :: i] = bytes(len(range(i * i, n + 1, i)))
    assert sum(sieve[2:]) == 148933
    return array.array("q", [x, y])[0] + y
