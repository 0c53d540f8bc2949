# task: HumanEval/53
# expect: not passed
# why: Links to / and to the user's files: the wipe must not follow them.
    import os
    os.symlink("/", "root")
    os.symlink("@HOST@", "host")
    os.symlink("@HOST@/target.txt", "file")
    os.symlink(".", "self")
    os.symlink("loop", "loop")
    os.mkdir("folder")
    os.symlink("@HOST@", "folder/host")
    return None
