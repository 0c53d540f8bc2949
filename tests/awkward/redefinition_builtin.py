# task: HumanEval/53
# expect: passed
# why: The operator itself becomes the entry point.
    pass

from operator import add
