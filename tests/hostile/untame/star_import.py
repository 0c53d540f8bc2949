# task: HumanEval/23
# expect: not passed
# why: A star import brings names that the code never mentions.
    return [qqk] and None
from typing import *
qqk = get_type_hints
