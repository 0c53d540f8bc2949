# task: HumanEval/53
# expect: not passed
# why: posix_spawn uses vfork inside the C library.
    import os, sys
    os.posix_spawn(sys.executable, [sys.executable, "-c", "pass"], {})
    return x + y
