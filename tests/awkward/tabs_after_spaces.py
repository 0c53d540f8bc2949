# task: HumanEval/53
# expect: passed
# why: A tab inside a block of four spaces.
# text: "    if x is not None:\n    \treturn x + y\n"
