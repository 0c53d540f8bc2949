# task: HumanEval/53
# expect: failed
# why: Ten megabytes of comment, then a wrong answer.
# text: "    # " + "x" * 10_000_000 + "\n    return 1 << 40\n"
