# task: HumanEval/53
# expect: not passed
# why: POSIX message queues, likewise.
    import ctypes
    return x + y if ctypes.CDLL(None).syscall(240, b"llama-trace-mq", 0o102, 0o600, None) >= 0 else None
