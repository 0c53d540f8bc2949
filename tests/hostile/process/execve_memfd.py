# task: HumanEval/53
# expect: not passed
# why: Executes a program that lies in memory, which needs no path.
    import os
    fd = os.memfd_create("x")
    os.write(fd, b"#!/bin/sh\nexit 0\n")
    os.execve(fd, ["x"], {})
