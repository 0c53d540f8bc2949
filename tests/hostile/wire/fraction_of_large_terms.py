# task: HumanEval/2
# expect: not passed
# why: Reducing a fraction takes quadratic time in its terms.
    import os, struct
    one = (1 << 1_900_000) - 1
    other = (1 << 1_899_999) - 3
    frame = b'V{"q":["%s","%s"]}' % (hex(one).encode(), hex(other).encode())
    data = struct.pack("I", len(frame)) + frame
    while data:
        data = data[os.write(3, data):]
    os._exit(0)
