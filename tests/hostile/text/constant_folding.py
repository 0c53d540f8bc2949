# task: HumanEval/53
# expect: not passed
# why: Constants that the compiler computes by itself.
# text: "    return " + "+".join(["(2 ** 126 * 'ab' * 4096)"] * 2000) + "\n    return (((1 << 4000) ** 2) ** 2) ** 99999999\n"
