# task: HumanEval/53
# expect: passed
# why: The entry point becomes a functools.partial.
    pass

import functools, operator
add = functools.partial(functools.reduce, operator.add)
add = functools.partial(lambda plus, x, y: plus(x, y), operator.add)
