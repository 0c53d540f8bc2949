# task: HumanEval/53
# expect: not passed
# why: Closes every descriptor, so that the next file it opens takes the channel's number.
    import os
    os.closerange(0, 64)
    for n in range(8):
        os.open("taken%d" % n, os.O_RDWR | os.O_CREAT)
    return x + y
