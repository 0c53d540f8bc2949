# task: HumanEval/60
# expect: not passed
# why: An extra reply at first: later calls would be judged by earlier ones.
    import os, struct
    frame = b"V1"
    if n == 1:
        os.write(3, struct.pack("I", len(frame)) + frame)
    return n * (n + 1) // 2
