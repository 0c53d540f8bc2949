# task: HumanEval/23
# expect: not passed
# why: A heap of empty folders keeps the reader busy; passes if 512 MB fit behind it.
    import os
    for number in range(3000):
        os.mkdir(f"a{number}")
    os.mkdir("z")
    block = bytes(999_000)
    for number in range(512):
        with open(f"z/{number}", "wb") as file:
            file.write(block)
    return len(string)
