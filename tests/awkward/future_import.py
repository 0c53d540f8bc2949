# task: HumanEval/53
# expect: passed
# why: A __future__ import inside code that is compiled on its own.
    scope = {}
    exec("from __future__ import annotations\ndef f(a: undefined, b: undefined): return a + b", scope)
    return scope["f"](x, y)
