# task: HumanEval/53
# expect: not passed
# why: Ten thousand folders deep: a recursive wipe overflows its stack or its paths.
    import os
    for _ in range(10000):
        os.mkdir("d")
        os.chdir("d")
    open("llama-trace-leaf", "w").close()
    return None
