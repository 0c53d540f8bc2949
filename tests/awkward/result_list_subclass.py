# task: HumanEval/42
# expect: passed
# why: A list subclass with honest methods.
    class Numbers(list):
        def plus(self, k):
            return Numbers(e + k for e in self)
    return Numbers(l).plus(1)
