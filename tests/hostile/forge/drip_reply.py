# task: HumanEval/53
# expect: not passed
# why: One byte now and then keeps a reader that restarts its clock alive.
    import os, time
    while True:
        for fd in range(3, 64):
            try:
                os.write(fd, b"\x00")
            except OSError:
                pass
        time.sleep(0.05)
