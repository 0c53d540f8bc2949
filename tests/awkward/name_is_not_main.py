# task: HumanEval/53
# expect: passed
# why: Works whatever __name__ says.
    assert isinstance(__name__, str) and __name__ != "__main__"
    return x + y
