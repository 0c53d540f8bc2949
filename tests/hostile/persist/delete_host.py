# task: HumanEval/23
# expect: not passed
# why: Deletes, renames and truncates a file of the user.
    import os
    for call in (lambda: os.truncate("@HOST@/target.txt", 0), lambda: os.unlink("@HOST@/target.txt"),
                 lambda: os.rename("@HOST@/target.txt", "@HOST@/llama-trace-renamed"), lambda: os.rename("@HOST@/target.txt", "stolen"),
                 lambda: os.mkdir("@HOST@/llama-trace-folder"), lambda: os.symlink("/", "@HOST@/llama-trace-link"),
                 lambda: os.link("@HOST@/target.txt", "@HOST@/llama-trace-hard"), lambda: os.mkfifo("@HOST@/llama-trace-fifo"),
                 lambda: open("@HOST@/target.txt", "a").write("x")):
        try:
            call()
            return len(string)
        except OSError:
            pass
    return None
