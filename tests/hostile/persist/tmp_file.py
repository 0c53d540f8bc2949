# task: HumanEval/23
# expect: not passed
# why: A file in /tmp, /var/tmp, the home or the working directory of the runner.
    import os
    done = 0
    for folder in ("/tmp", "/var/tmp", "/dev/shm", os.path.expanduser("~"), "/root", "@HOST@", "@REPO@", "/run", "/"):
        try:
            with open(folder + "/llama-trace-file", "w") as file:
                file.write("x")
            done += 1
        except OSError:
            pass
    return len(string) if done else None
