# task: HumanEval/53
# expect: not passed
# why: Exceptions by name, of which some would end or steer the judge.
    import os, struct
    for name in (b"KeyboardInterrupt", b"SystemExit", b"GeneratorExit", b"StopIteration", b"_Unfinished",
                 b"BaseExceptionGroup", b"__import__", b"exit", b"\xff\xfe", b"", b"UnicodeDecodeError", b"llama_leak" * 1000):
        os.write(3, struct.pack("I", len(name) + 1) + b"E" + name)
    os._exit(0)
