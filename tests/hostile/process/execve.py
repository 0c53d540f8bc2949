# task: HumanEval/53
# expect: not passed
# why: Becomes another program with exit code 0.
    import os, sys
    for path in ("/bin/true", "/usr/bin/true", sys.executable):
        try:
            os.execve(path, [path, "-c", "pass"], {})
        except OSError:
            pass
    return None
