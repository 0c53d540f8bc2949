# task: HumanEval/53
# expect: not passed
# why: A UserList whose data are another UserList, for ever.
    import collections

    class Endless(collections.UserList):
        data = property(lambda self: Endless.__new__(Endless))

    return Endless.__new__(Endless)
