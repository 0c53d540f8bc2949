# task: HumanEval/42
# expect: not passed
# why: A generator is no list; nobody may list it.
    def forever():
        while True:
            yield 0
    return forever()
