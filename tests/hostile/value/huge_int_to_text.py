# task: HumanEval/95
# expect: not passed
# why: The test's message turns it into text, past the digits limit.
    return 10 ** 10000
