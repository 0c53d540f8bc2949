# task: HumanEval/111
# expect: not passed
# why: The same for a view of keys, and in many small portions.
    import os, struct
    step = (1 << 61) - 1
    part = b'{"s":[' + b",".join(b"%d" % (step * n) for n in range(1, 900)) + b"]}"
    frame = b"V[" + b",".join([part] * 40) + b"]"
    data = struct.pack("I", len(frame)) + frame
    while data:
        data = data[os.write(3, data):]
    os._exit(0)
