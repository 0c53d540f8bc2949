# task: HumanEval/53
# expect: passed
# why: A wildcard import at module level below the function.
    return x + floor(y)
from math import *
from typing import *
