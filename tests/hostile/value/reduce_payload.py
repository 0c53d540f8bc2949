# task: HumanEval/53
# expect: not passed
# why: A pickle of it runs code where it is loaded.
    import os
    class R:
        def __reduce__(self):
            return (os.system, ("touch /tmp/llama-trace-reduce",))
    return R()
