# task: HumanEval/53
# expect: not passed
# why: Replaces the scratch directory by a link to the user's files.
    import os
    here = os.getcwd()
    for call in (lambda: os.rmdir(here), lambda: os.rename(here, here + "-llama-trace"),
                 lambda: os.rename(here, "inside"), lambda: os.symlink("@HOST@", here)):
        try:
            call()
        except OSError:
            pass
    return None
