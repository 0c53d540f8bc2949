# task: HumanEval/34
# expect: not passed
# why: Elements that lie inside an honest container.
    class E(int):
        def __eq__(self, other): return True
        def __hash__(self): return 0
    return [E(k) for k in (7, 7, 7, 7, 7, 7)]
