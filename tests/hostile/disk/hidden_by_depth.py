# task: HumanEval/23
# expect: not passed
# why: Files below a path too long to be opened from outside; passes if 512 MB fit.
    import os
    for _ in range(20):
        os.mkdir("d" * 250)
        os.chdir("d" * 250)
    block = bytes(999_000)
    for number in range(512):
        with open(str(number), "wb") as file:
            file.write(block)
    return len(string)
