# task: HumanEval/53
# expect: passed
# why: Star imports of many modules shadow built-in names.
    return add_(x, y)
from math import *
from typing import *
from collections import *
from itertools import *
from functools import *
from operator import *
from operator import add as add_
