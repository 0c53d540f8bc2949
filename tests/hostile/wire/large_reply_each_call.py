# task: HumanEval/60
# expect: not passed
# why: As much as a reply may hold, for each call, a little at a time.
    import os, struct, time
    frame = b"V" + b"[" + b"[]," * 30_000 + b"0]"
    data = struct.pack("I", len(frame)) + frame
    while True:
        os.write(3, data[:4096])
        data = data[4096:] or data
        time.sleep(0.001)
