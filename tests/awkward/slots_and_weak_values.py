# task: HumanEval/53
# expect: passed
# why: An object that only lives in a dictionary of weak values, and descriptors.
    class Held:
        def __init__(self, v): self.v = v
    table = weakref.WeakValueDictionary()
    held = table["a"] = Held(x)
    return table["a"].v + y
import weakref
