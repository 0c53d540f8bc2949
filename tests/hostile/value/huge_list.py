# task: HumanEval/42
# expect: not passed
# why: A hundred million elements.
    return [0] * 10 ** 8
