# task: HumanEval/53
# expect: timeout|crashed|failed
# why: Consumes an endless generator that keeps nothing.
    def numbers():
        while True:
            yield 0
    return sum(numbers())
