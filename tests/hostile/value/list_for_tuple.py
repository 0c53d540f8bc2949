# task: HumanEval/8
# expect: failed
# why: A list does not equal a tuple.
    import math
    return [sum(numbers), math.prod(numbers)]
