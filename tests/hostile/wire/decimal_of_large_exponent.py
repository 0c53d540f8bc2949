# task: HumanEval/53
# expect: not passed
# why: A Decimal equals an int only after its digits were written out.
    import os, struct
    for text in ("1e999999999999999999", "-1e-999999999999999999", "sNaN", "1e1000000", "9" * 400_000, "9" * 400_000 + "e9999"):
        frame = b'V{"D":"%s"}' % text.encode()
        data = struct.pack("I", len(frame)) + frame
        while data:
            data = data[os.write(3, data):]
    os._exit(0)
