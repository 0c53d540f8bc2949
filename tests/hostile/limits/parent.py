# task: HumanEval/23
# expect: not passed
# why: prlimit on its parent: a CPU limit of nothing would end the run.
    import os, resource
    resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (3, 3))
    return len(string)
