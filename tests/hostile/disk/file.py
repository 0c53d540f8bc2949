# task: HumanEval/23
# expect: not passed
# why: One file that grows; passes if 64 MiB fit.
    with open("llama-trace-big", "wb") as file:
        for _ in range(64):
            file.write(bytes(1 << 20))
    return len(string)
