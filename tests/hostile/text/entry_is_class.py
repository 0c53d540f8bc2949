# task: HumanEval/53
# expect: failed
# why: The entry point is a class whose instances equal everything.
# text: "    return x + y\n\nclass add(int):\n    def __new__(cls, x, y):\n        return int.__new__(cls, -1)\n    def __eq__(self, other):\n        return True\n"
