# task: HumanEval/35
# expect: passed
# why: Numbers from arrays, memory views and struct.
    import array, struct
    kept = array.array("d", l)
    largest = max(memoryview(kept))
    return int(largest) if largest == int(largest) else struct.unpack("d", struct.pack("d", largest))[0]
