# task: HumanEval/23
# expect: not passed
# why: subprocess with a shell.
    import subprocess
    subprocess.run("echo", shell=True, check=True)
    return len(string)
