# task: HumanEval/53
# expect: passed
# why: Finds itself through globals().
    assert "add" in globals() and globals()["add"] is add
    return x + y
