# task: HumanEval/53
# expect: failed
# why: Nothing: the docstring is the body, the result None.
# text: ""
