# task: HumanEval/34
# expect: not passed
# why: Colliding keys behind as many honest ones, past a check of how many hashes differ.
    import os, struct
    step = (1 << 61) - 1
    keys = [b"%d" % (step * n) for n in range(1, 25_000)] + [b"%d" % n for n in range(1, 25_200)]
    frame = b'V{"s":[' + b",".join(keys) + b"]}"
    data = struct.pack("I", len(frame)) + frame
    while data:
        data = data[os.write(3, data):]
    os._exit(0)
