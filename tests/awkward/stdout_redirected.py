# task: HumanEval/53
# expect: passed
# why: Captures its own output.
    import contextlib, io
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        print(x + y, end="")
    return int(stream.getvalue())
