# task: HumanEval/42
# expect: passed
# why: Comprehensions in comprehensions, with conditions.
    return [v for row in [[e + k for k in (0, 1) if k] for e in l] for v in row]
