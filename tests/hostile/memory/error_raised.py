# task: HumanEval/53
# expect: not passed
# why: MemoryError by hand while memory is short: the reply needs some too.
    held = []
    try:
        while True:
            held.append(bytearray(1 << 16))
    except MemoryError:
        pass
    try:
        while True:
            held.append(bytearray(64))
    except MemoryError:
        return held[0]
