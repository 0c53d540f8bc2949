# task: HumanEval/23
# expect: not passed
# why: posix_spawn uses vfork inside the C library.
    import os, sys
    os.posix_spawn(sys.executable, [sys.executable, "-c", "pass"], {})
    return len(string)
