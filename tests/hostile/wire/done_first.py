# task: HumanEval/53
# expect: not passed
# why: The runner's own frames: "all calls are done" before any value.
    import os, struct
    os.write(3, struct.pack("I", 1) + b"D")
    os._exit(0)
