# task: HumanEval/23
# expect: not passed
# why: Files without a name, held open.
    held = []
    for number in range(500):
        import os
        file = open("llama-trace-nameless", "wb", 0)
        os.unlink("llama-trace-nameless")
        file.write(bytes(999_000))
        held.append(file)
    return len(string)
