# task: HumanEval/23
# expect: not passed
# why: A limit per file is none for the disk; passes if 512 files of 1 MB fit.
    block = bytes(1 << 20)
    for number in range(512):
        with open(f"llama-trace-{number}", "wb") as file:
            file.write(block[:999_000])
    return len(string)
