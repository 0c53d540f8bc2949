# task: HumanEval/33
# expect: not passed
# why: Small frames that stand for large values.
    import os, struct
    frame = b"V[" + b",".join([b'{"r":[0,100000,1]}'] * 40_000) + b"]"
    data = struct.pack("I", len(frame)) + frame
    while data:
        data = data[os.write(3, data):]
    os._exit(0)
