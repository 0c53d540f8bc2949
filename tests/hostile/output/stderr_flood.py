# task: HumanEval/53
# expect: not passed
# why: Endless standard error, unbuffered.
    import os
    while True:
        os.write(2, b"passed\n" * 8192)
