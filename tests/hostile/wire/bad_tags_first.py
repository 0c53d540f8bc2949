# task: HumanEval/53
# expect: not passed
# why: The same, one a run: the first reply is malformed.
    import os, struct
    payload = b'V{"d":[[{"d":[]},1]]}'
    os.write(3, struct.pack("I", len(payload)) + payload)
    os._exit(0)
