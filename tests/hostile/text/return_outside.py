# task: HumanEval/53
# expect: failed
# why: A return at module level, as after a fence that was cut.
# text: "return x + y\n"
