# task: HumanEval/23
# expect: not passed
# why: POSIX message queues, likewise.
    import ctypes
    return len(string) if ctypes.CDLL(None).syscall(240, b"llama-trace-mq", 0o102, 0o600, None) >= 0 else None
