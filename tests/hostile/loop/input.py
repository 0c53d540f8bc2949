# task: HumanEval/53
# expect: failed|timeout
# why: Waits for standard input.
    return int(input())
