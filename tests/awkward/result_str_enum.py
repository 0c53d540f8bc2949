# task: HumanEval/127
# expect: passed
# why: A str subclass with honest methods.
    class Answer(str):
        """A plain subclass."""
    low, high = max(interval1[0], interval2[0]), min(interval1[1], interval2[1])
    size = high - low
    prime = size > 1 and all(size % k for k in range(2, size))
    return Answer("YES" if prime else "NO")
