# task: HumanEval/53
# expect: not passed
# why: Overwrites its own heap with rubbish.
    import ctypes
    ctypes.memset(id(ctypes) & ~0xfff, 0xff, 4096)
    return 1 << 40
