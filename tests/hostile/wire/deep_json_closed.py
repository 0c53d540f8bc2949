# task: HumanEval/42
# expect: not passed
# why: The same, well formed.
    import os, struct
    frame = b"V" + b"[" * 400_000 + b"]" * 400_000
    os.write(3, struct.pack("I", len(frame)))
    while frame:
        frame = frame[os.write(3, frame):]
    os._exit(0)
