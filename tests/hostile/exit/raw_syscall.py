# task: HumanEval/53
# expect: not passed
# why: exit_group by raw system call, past every Python hook.
    import ctypes
    ctypes.CDLL(None).syscall(231, 0)
