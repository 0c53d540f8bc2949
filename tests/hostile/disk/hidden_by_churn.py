# task: HumanEval/23
# expect: not passed
# why: Files that vanish between listing and looking; passes if 512 MB fit.
    import os, threading
    def churn(name):
        while True:
            for number in range(30):
                open(f"{name}{number}", "w").close()
            for number in range(30):
                os.unlink(f"{name}{number}")
    for name in "ab":
        threading.Thread(target=churn, args=(name,), daemon=True).start()
    block = bytes(999_000)
    for number in range(512):
        with open(f"big{number}", "wb", 0) as file:
            file.write(block)
    return len(string)
