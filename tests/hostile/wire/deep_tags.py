# task: HumanEval/8
# expect: not passed
# why: Tagged values, each within the other.
    import os, struct
    for depth in (100, 300, 900, 2000, 80_000):
        frame = b"V" + b'{"t":[' * depth + b"]}" * depth
        os.write(3, struct.pack("I", len(frame)))
        while frame:
            frame = frame[os.write(3, frame):]
    os._exit(0)
