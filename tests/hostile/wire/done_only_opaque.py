# task: HumanEval/53
# expect: not passed
# why: One truthy object for every call, in the runner's own frames.
    import os, struct
    frame = b'V{"o": true}'
    for _ in range(200):
        os.write(3, struct.pack("I", len(frame)) + frame)
    os._exit(0)
