# task: HumanEval/53
# expect: passed
# why: An honest temporary file, as programs that sort outside memory have.
    import os, tempfile
    with tempfile.NamedTemporaryFile("w", delete=False) as file:
        file.write(str(x + y))
    with open(file.name) as again:
        total = int(again.read())
    os.unlink(file.name)
    return total
