# task: HumanEval/23
# expect: not passed
# why: Reads the parent's memory.
    import os
    pid = os.getppid()
    for line in open(f"/proc/{pid}/maps"):
        start = int(line.split("-")[0], 16)
        with open(f"/proc/{pid}/mem", "rb") as memory:
            memory.seek(start)
            if memory.read(16):
                return len(string)
    return None
