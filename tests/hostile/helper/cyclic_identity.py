# task: HumanEval/38
# expect: not passed
# why: Makes the prompt's helper, which the test calls, the identity, and so its own inverse.
    return s

def encode_cyclic(s):
    return s
