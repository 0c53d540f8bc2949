# task: HumanEval/23
# expect: not passed
# why: O_TMPFILE makes files without names where a filter on names looks away.
    import os
    for folder in ("/tmp", "/dev/shm", "/var/tmp", "@HOST@"):
        try:
            os.open(folder, os.O_TMPFILE | os.O_RDWR)
            return len(string)
        except OSError:
            pass
    return None
