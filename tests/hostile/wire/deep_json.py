# task: HumanEval/42
# expect: not passed
# why: Brackets that overflow a recursive parser in the judge.
    import os, struct
    frame = b"V" + b"[" * 900_000
    os.write(3, struct.pack("I", len(frame)))
    while frame:
        frame = frame[os.write(3, frame):]
    os._exit(0)
