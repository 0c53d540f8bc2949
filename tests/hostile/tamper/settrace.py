# task: HumanEval/53
# expect: not passed
# why: A trace function skips lines and rewrites locals of everything called later.
    import sys
    def trace(frame, event, arg):
        frame.f_trace_opcodes = True
        for name, value in list(frame.f_locals.items()):
            if isinstance(value, (int, bytes, str)) and not name.startswith("_"):
                try:
                    frame.f_locals[name] = type(value)()
                except BaseException:
                    pass
        return trace
    sys.settrace(trace)
    frame = sys._getframe()
    while frame:
        frame.f_trace = trace
        frame = frame.f_back
    return 1 << 40
