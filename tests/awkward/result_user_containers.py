# task: HumanEval/42
# expect: passed
# why: UserList equals a list.
    from collections import UserList
    return UserList(e + 1 for e in l)
