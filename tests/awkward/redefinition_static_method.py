# task: HumanEval/53
# expect: passed
# why: The entry point becomes a method of a class.
    pass

class Solution:
    @staticmethod
    def add(x, y):
        return x + y

add = Solution().add
