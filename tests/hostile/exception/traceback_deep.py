# task: HumanEval/53
# expect: not passed
# why: Recursion until the error, with large locals in every frame.
    def dive(n):
        large = "llama_leak" * 1000
        return dive(n + 1)
    dive(0)
