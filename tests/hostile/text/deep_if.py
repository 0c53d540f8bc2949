# task: HumanEval/53
# expect: not passed
# why: Blocks deeper than the compiler allows.
# text: "".join("    " + " " * n + "if x:\n" for n in range(1500)) + " " * 1600 + "pass\n"
