# task: HumanEval/23
# expect: not passed
# why: Landlock does not govern modes, owners and times of files.
    import os
    for call in (lambda: os.chmod("@HOST@/target.txt", 0o777), lambda: os.chmod("@HOST@", 0o777),
                 lambda: os.chown("@HOST@/target.txt", os.getuid(), os.getgid()), lambda: os.utime("@HOST@/target.txt", (1, 1)),
                 lambda: os.setxattr("@HOST@/target.txt", "user.llama-trace", b"x")):
        try:
            call()
            return len(string)
        except OSError:
            pass
    return None
