# task: HumanEval/53
# expect: not passed
# why: The kernel's log (root can).
    import ctypes
    buffer = ctypes.create_string_buffer(4096)
    return x + y if ctypes.CDLL(None).klogctl(3, buffer, 4096) > 0 else None
