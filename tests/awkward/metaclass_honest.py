# task: HumanEval/53
# expect: passed
# why: A metaclass with a registry.
    class Registry(type):
        known = {}
        def __new__(mcs, name, bases, space, **options):
            cls = super().__new__(mcs, name, bases, space)
            mcs.known[name] = cls
            return cls
    class Plus(metaclass=Registry, symbol="+"):
        def __init_subclass__(cls, **options): ...
        def __call__(self, a, b): return a + b
    return Registry.known["Plus"]()(x, y)
