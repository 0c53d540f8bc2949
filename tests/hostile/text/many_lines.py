# task: HumanEval/53
# expect: not passed
# why: A million lines.
# text: "    x = 1\n" * 1_000_000 + "    return 1 << 40\n"
