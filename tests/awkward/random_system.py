# task: HumanEval/53
# expect: passed
# why: Random numbers of the system, uuid and secrets.
    import os, secrets, uuid
    assert len(os.urandom(8)) == 8 and secrets.token_hex(4) and uuid.uuid4()
    return x + y
