# task: HumanEval/53
# expect: passed
# why: A class with a method of the same name, called by a rebound function.
    return Solution().add(x, y)
class Solution:
    def add(self, x, y):
        return self.__helper(x) + y
    def __helper(self, v):
        return v
