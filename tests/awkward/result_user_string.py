# task: HumanEval/27
# expect: passed
# why: UserString equals text.
    from collections import UserString
    return UserString(string).swapcase()
