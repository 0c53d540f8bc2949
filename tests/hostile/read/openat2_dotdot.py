# task: HumanEval/23
# expect: not passed
# why: Climbs out of the scratch directory by relative paths and open directories.
    import os
    here = os.open(".", os.O_RDONLY)
    for up in range(1, 12):
        try:
            names = os.listdir("/".join([".."] * up))
            if names:
                return len(string)
        except OSError:
            pass
        try:
            if os.listdir(os.open("../" * up, os.O_RDONLY, dir_fd=here)):
                return len(string)
        except OSError:
            pass
    return None
