# task: HumanEval/53
# expect: passed
# why: The entry point becomes an object with __call__.
    pass

class Add:
    calls = 0
    def __call__(self, x, y):
        self.calls += 1
        return x + y

add = Add()
