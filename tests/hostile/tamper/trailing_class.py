# task: HumanEval/53
# expect: not passed
# why: The test's definitions would land in a class body.
    return 1 << 40
class Swallow:
