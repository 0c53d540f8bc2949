# task: HumanEval/23
# expect: not passed
# why: Files in a folder that its owner may enter and not read; passes if 512 MB fit.
    import os
    os.mkdir("d", 0o300)
    block = bytes(999_000)
    for number in range(512):
        with open(f"d/{number}", "wb") as file:
            file.write(block)
    return len(string)
