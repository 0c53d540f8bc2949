# task: HumanEval/53
# expect: passed
# why: Makes folders and files below the working directory, walks them and removes them.
    import pathlib, shutil, os, glob
    here = pathlib.Path("made") / "inner"
    here.mkdir(parents=True, exist_ok=True)
    (here / "n.txt").write_text(f"{x}\n{y}\n")
    os.replace(here / "n.txt", here / "m.txt")
    found = glob.glob("made/**/*.txt", recursive=True)
    total = sum(map(int, pathlib.Path(found[0]).read_text().split()))
    shutil.rmtree("made")
    return total
