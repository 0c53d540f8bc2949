# task: HumanEval/23
# expect: not passed
# why: Imports under a harmless name.
    from functools import wraps as map, update_wrapper as filter
    filter(print, lambda: 0, ("__doc__",), ())
    return None
