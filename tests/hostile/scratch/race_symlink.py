# task: HumanEval/53
# expect: not passed
# why: Swaps a folder and a link to the user's files while the wipe may be walking.
    import os, threading
    os.mkdir("a")
    os.symlink("@HOST@", "b")
    def swap():
        while True:
            try:
                os.rename("a", "c"); os.rename("b", "a"); os.rename("c", "b")
            except OSError:
                pass
    threading.Thread(target=swap, daemon=True).start()
    return None
