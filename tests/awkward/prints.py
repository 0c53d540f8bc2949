# task: HumanEval/53
# expect: passed
# why: Prints to both streams, flushes and writes bytes.
    import sys
    print("debug", x, y)
    print("debug", file=sys.stderr, flush=True)
    sys.stdout.write("text\n")
    return x + y
