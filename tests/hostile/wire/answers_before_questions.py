# task: HumanEval/53
# expect: not passed
# why: Sends right values for inputs it was never given, before its module is loaded.
    return -1
import os, struct
for pair in ((0, 1), (1, 0), (2, 3), (5, 7), (7, 5)):
    reply = b"V" + str(sum(pair)).encode()
    os.write(3, struct.pack("I", len(reply)) + reply)
