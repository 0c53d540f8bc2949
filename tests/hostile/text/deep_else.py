# task: HumanEval/53
# expect: not passed
# why: A chain of elif is a recursion in the syntax tree.
# text: "    if x: pass\n" + "    elif x: pass\n" * 20000
