# task: HumanEval/53
# expect: passed
# why: Sets and reads environment variables, asks for its home and a name for its user.
    import os
    os.environ["SIGN"] = "1"
    os.putenv("OTHER", "2")
    home = os.path.expanduser("~")
    path = os.path.join(os.getcwd(), "x")
    assert not os.path.exists(path) and os.sep in path and os.getenv("NOTHING", "d") == "d"
    return int(os.environ["SIGN"]) * (x + y)
