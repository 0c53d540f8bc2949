# task: HumanEval/53
# expect: passed
# why: Closures with state.
    def counter(start):
        value = start
        def up(by=1):
            nonlocal value
            value += by
            return value
        return up
    up = counter(x)
    return up(y)
