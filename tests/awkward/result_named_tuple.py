# task: HumanEval/8
# expect: passed
# why: A namedtuple equals a tuple.
    import math
    from collections import namedtuple
    Pair = namedtuple("Pair", "total product")
    return Pair(sum(numbers), math.prod(numbers))
