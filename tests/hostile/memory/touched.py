# task: HumanEval/53
# expect: not passed
# why: Small blocks, all of them written, and the error swallowed.
    held = []
    while True:
        try:
            held.append(b"x" * (1 << 20))
        except MemoryError:
            return held
