# task: HumanEval/111
# expect: not passed
# why: Colliding tuples, whose hash is computed anew each time.
    import os, struct
    step = (1 << 61) - 1
    frame = b'V{"s":[' + b",".join(b'{"t":[%d]}' % (step * n) for n in range(1, 30_000)) + b"]}"
    data = struct.pack("I", len(frame)) + frame
    while data:
        data = data[os.write(3, data):]
    os._exit(0)
