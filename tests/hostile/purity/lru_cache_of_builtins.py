# task: HumanEval/53
# expect: not passed
# why: Decorates what all programs share.
    return None

from functools import lru_cache, cache, cmp_to_key, reduce
qql = [cache(qqk) for qqk in (len, print, sorted, str, dict, int)]
for qqk in qql:
    try:
        qqk("1")
    except TypeError:
        pass
