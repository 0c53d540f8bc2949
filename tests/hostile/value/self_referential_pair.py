# task: HumanEval/8
# expect: not passed
# why: A tuple and a list that hold each other.
    a = []
    t = (a, a)
    a.append(t)
    return t
