# task: HumanEval/53
# expect: passed
# why: A class below, with state.
    return Adder(x).plus(y)

class Adder:
    def __init__(self, start):
        self.total = start

    def plus(self, number):
        self.total += number
        return self.total
