# task: HumanEval/53
# expect: passed
# why: A temporary folder that cleans itself up.
    import pathlib, tempfile
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "sum.txt"
        path.write_text(str(x + y))
        return int(path.read_text())
