# task: HumanEval/50
# expect: not passed
# why: Redefines the prompt's helper that makes the test's inputs.
    return s

def encode_shift(s):
    return s
