# task: HumanEval/53
# expect: not passed
# why: A finaliser prints and exits while the interpreter goes down.
    import os, weakref
    class C: pass
    c = C()
    weakref.finalize(c, os._exit, 0)
    del c
    return 1 << 40
