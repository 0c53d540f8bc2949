# task: HumanEval/53
# expect: failed
# why: A dedent to a column that no block has.
# text: "        z = 1\n      return x + y\n"
