# task: HumanEval/53
# expect: not passed
# why: subprocess with a shell.
    import subprocess
    subprocess.run("echo", shell=True, check=True)
    return x + y
