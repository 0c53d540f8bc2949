# task: HumanEval/53
# expect: passed
# why: The body is a class with everything in it.
    class Box:
        total = x + y
        locals()["again"] = total
    return Box.again
