# task: HumanEval/42
# expect: passed
# why: Generators, delegation and send.
    def inner():
        for e in l:
            yield e + 1
    def outer():
        yield from inner()
    return [*outer()]
