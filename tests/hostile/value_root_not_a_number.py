# task: HumanEval/32
# expect: not passed
# why: A root for which every comparison is false, as the test asks for one.
    return float("nan")
