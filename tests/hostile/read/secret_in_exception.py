# task: HumanEval/53
# expect: not passed
# why: The environment as an exception's message must not reach any file.
    import os
    raise ValueError(repr(dict(os.environ)) + open("/proc/self/environ").read())
