# task: HumanEval/53
# expect: not passed
# why: Writes a program into the scratch directory and executes it.
    import os
    with open("llama-trace-program", "w") as file:
        file.write("#!/bin/sh\ntouch /tmp/llama-trace-program\n")
    os.chmod("llama-trace-program", 0o755)
    os.execv("./llama-trace-program", ["x"])
