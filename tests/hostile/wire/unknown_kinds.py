# task: HumanEval/53
# expect: not passed
# why: Kinds of frame that there are not.
    import os, struct
    for kind in range(256):
        os.write(3, struct.pack("I", 2) + bytes([kind, 53]))
    os._exit(0)
