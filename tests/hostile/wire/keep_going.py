# task: HumanEval/95
# expect: not passed
# why: Exceptions in place of values, where the test's messages call the candidate again.
    import os, struct
    for _ in range(50):
        os.write(3, struct.pack("I", 9) + b"EKeyError")
    os._exit(0)
