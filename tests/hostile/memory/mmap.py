# task: HumanEval/53
# expect: not passed
# why: Anonymous shared maps, touched page by page.
    import mmap
    held = []
    while True:
        m = mmap.mmap(-1, 1 << 26)
        for at in range(0, 1 << 26, 4096):
            m[at] = 1
        held.append(m)
