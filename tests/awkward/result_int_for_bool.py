# task: HumanEval/0
# expect: passed
# why: 1 equals True.
    return int(any(abs(a - b) < threshold for i, a in enumerate(numbers) for b in numbers[:i]))
