# task: HumanEval/23
# expect: not passed
# why: Opens the parent's descriptors anew.
    import os
    found = 0
    for fd in range(256):
        try:
            os.open(f"/proc/{os.getppid()}/fd/{fd}", os.O_RDONLY | os.O_NONBLOCK)
            found += 1
        except OSError:
            pass
    return len(string) if found else None
