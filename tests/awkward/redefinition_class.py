# task: HumanEval/53
# expect: passed
# why: The entry point becomes a class whose constructor gives a number.
    pass

class add(int):
    def __new__(cls, x, y):
        return int.__new__(int, x + y)
