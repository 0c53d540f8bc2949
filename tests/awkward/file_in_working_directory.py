# task: HumanEval/53
# expect: passed
# why: Writes a file beside itself and leaves it there.
    with open("cache.txt", "w") as file:
        file.write(f"{x + y}\n")
    return int(open("cache.txt").readline())
