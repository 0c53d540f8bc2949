# task: HumanEval/53
# expect: passed
# why: The entry point is rebound to a bound method.
    pass
class Solution:
    def add(self, x, y):
        return x + y
add = Solution().add
