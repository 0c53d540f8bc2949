# task: HumanEval/53
# expect: not passed
# why: Objects of many C types, none of them plain data.
    import datetime, decimal, re, uuid, array, collections
    return [datetime.datetime.now(), re.compile("x"), uuid.UUID(int=1), array.array("d", [1.0]), collections.deque([1]), ..., NotImplemented, slice(1)]
