# task: HumanEval/23
# expect: not passed
# why: Writes read-only memory through /proc/self/mem.
    import ctypes
    with open("/proc/self/mem", "r+b", 0) as memory:
        memory.seek(id(5) + 24)
        memory.write(b"\x05\x00\x00\x00")
    return len(string)
