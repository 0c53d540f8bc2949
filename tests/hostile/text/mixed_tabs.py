# task: HumanEval/53
# expect: failed
# why: Tabs and spaces that disagree.
# text: "    if x:\n\treturn x + y\n    \treturn 1\n"
