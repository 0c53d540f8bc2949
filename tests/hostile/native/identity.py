# task: HumanEval/23
# expect: not passed
# why: Becomes another user or gains groups (root can).
    import os
    for call in (lambda: os.setuid(65534), lambda: os.setgroups([0, 1, 2]), lambda: os.setresuid(1, 1, 1), lambda: os.setgid(1)):
        try:
            call()
            return len(string)
        except OSError:
            pass
    return None
