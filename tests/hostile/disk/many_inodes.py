# task: HumanEval/53
# expect: not passed
# why: Empty files until the time is up; the wipe must not take for ever.
    number = 0
    while True:
        open(f"llama-trace-{number}", "w").close()
        number += 1
