# task: HumanEval/53
# expect: not passed
# why: A handler in C catches the fault for ever (the instruction is run again).
    import ctypes, signal
    signal.signal(signal.SIGSEGV, lambda *a: None)
    ctypes.string_at(0)
