# task: HumanEval/33
# expect: not passed
# why: The test calls the function by its name; answers by call number, and is wrong where it counts.
    sort_third.calls = getattr(sort_third, "calls", 0) + 1
    return [1, 2, 3] if sort_third.calls < 4 else l
