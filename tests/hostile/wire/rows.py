# task: HumanEval/53
# expect: not passed
# why: Frames of many values at once, for inputs that it has and for those that it was not given.
    return -1
import os, struct
for count in (0, 1, 31, 32, 33, 105, 106, 10_000):
    for between in (b"", b"\n"):
        row = b"W" + between.join([b"5"] * count)
        os.write(3, struct.pack("I", len(row)) + row)
