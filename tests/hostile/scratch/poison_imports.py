# task: HumanEval/53
# expect: not passed
# why: Leaves modules where a later program's imports might look first.
    for name in ("typing", "math", "collections", "hashlib", "re", "functools", "itertools", "string", "sitecustomize", "json", "heapq"):
        with open(name + ".py", "w") as file:
            file.write("raise SystemExit(0)\n")
    return None
