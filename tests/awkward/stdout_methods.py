# task: HumanEval/53
# expect: passed
# why: Writes to standard output in every way, and asks it things.
    import sys, os
    sys.stdout.write("text\n"); sys.stdout.flush(); sys.stderr.write("x"); sys.stdout.writelines(["a", "b"])
    print("π", end="", flush=True, file=sys.stderr); sys.__stdout__.write("b")
    assert not sys.stdout.isatty() and sys.stdout.encoding
    sys.stdout.buffer.write(b"bytes")
    os.write(1, b"raw")
    return x + y
