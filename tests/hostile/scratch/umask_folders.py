# task: HumanEval/53
# expect: not passed
# why: Folders born without any permission, one in the other.
    import os
    open("file", "w").close()
    os.umask(0o777)
    for number in range(50):
        try:
            os.mkdir(f"d{number}", 0)
            os.mkdir(f"d{number}/e", 0)
        except OSError:
            pass
    os.mkdir("f", 0o700)
    return None
