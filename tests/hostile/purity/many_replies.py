# task: HumanEval/60
# expect: not passed
# why: Results as large as a reply may be, from a program that looks tame.
    return [n] * 300_000
