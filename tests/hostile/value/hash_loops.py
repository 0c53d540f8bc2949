# task: HumanEval/111
# expect: not passed
# why: A key whose hash loops once it lies in the dict.
    state = []
    class K(str):
        def __hash__(self):
            while state:
                pass
            return 0
    d = {K("a"): 1}
    state.append(1)
    return d
