# task: HumanEval/53
# expect: timeout|failed|crashed
# why: Recursion errors caught and started over.
    def dive():
        try:
            dive()
        except RecursionError:
            dive()
    while True:
        dive()
