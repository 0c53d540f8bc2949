# task: HumanEval/53
# expect: not passed
# why: Reads the list of users.
    assert open("/etc/passwd").read()
    return x + y
