# task: HumanEval/34
# expect: not passed
# why: The same for a set.
    import os, struct
    step = (1 << 61) - 1
    frame = b'V{"s":[' + b",".join(b"%d" % (step * n) for n in range(1, 42_000)) + b"]}"
    data = struct.pack("I", len(frame)) + frame
    while data:
        data = data[os.write(3, data):]
    os._exit(0)
