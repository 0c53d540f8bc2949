# task: HumanEval/53
# expect: not passed
# why: Half a reply, then the end of the stream, then a loop.
    import os
    os.write(3, b"\x10\x00\x00\x00V")
    os.close(3)
    while True:
        pass
