# task: HumanEval/23
# expect: not passed
# why: A sparse file of a terabyte; passes if it can be had.
    with open("llama-trace-sparse", "wb") as file:
        file.truncate(1 << 40)
    return len(string)
