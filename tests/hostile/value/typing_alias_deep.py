# task: HumanEval/53
# expect: not passed
# why: Looks tame; fills the caches of the module typing that programs share.
    from typing import List
    alias = List[int]
    for _ in range(100_000):
        alias = List[alias]
    return alias
