# task: HumanEval/53
# expect: failed
# why: A SyntaxError whose fields are evil.
    class T(str):
        def __getattribute__(self, name): raise SystemExit(0)
    raise SyntaxError("x", (T("f"), 1, 1, T("t")))
