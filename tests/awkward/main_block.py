# task: HumanEval/53
# expect: passed
# why: A __main__ block that would ask for input.
    return x + y


if __name__ == "__main__":
    print(add(int(input()), int(input())))
