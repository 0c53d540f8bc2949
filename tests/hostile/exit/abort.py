# task: HumanEval/53
# expect: crashed
# why: SIGABRT: a crash of the candidate is no crash of the runner.
    import os
    os.abort()
