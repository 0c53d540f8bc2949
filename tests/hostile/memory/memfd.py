# task: HumanEval/23
# expect: not passed
# why: Memory files are not in the address space; passes if 2 GiB fit.
    import os
    for _ in range(2048):
        fd = os.memfd_create("llama-trace")
        assert os.write(fd, bytes(1 << 20)) == 1 << 20
    return len(string)
