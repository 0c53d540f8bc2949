# task: HumanEval/23
# expect: not passed
# why: A file in /dev/shm outlives the run.
    with open("/dev/shm/llama-trace-shm", "w") as file:
        file.write("x")
    return len(string)
