# task: HumanEval/23
# expect: not passed
# why: Reads the list of users.
    assert open("/etc/passwd").read()
    return len(string)
