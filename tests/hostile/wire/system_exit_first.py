# task: HumanEval/52
# expect: not passed
# why: An exception of the judge's own kind in its first reply.
    import os, struct
    os.write(3, struct.pack("I", 11) + b"ESystemExit")
    os._exit(0)
