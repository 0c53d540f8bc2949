# task: HumanEval/53
# expect: not passed
# why: Names with newlines, options, invalid UTF-8 and full length.
    import os
    for name in (b"\n", b"-rf", b"*", b"\xff\xfe", b"n" * 255, b" ", b"..\\", b"$(touch llama-trace)", b"a\tb", "é".encode()):
        os.mkdir(name)
        open(name + b"/" + name, "w").close()
    return None
