# task: HumanEval/53
# expect: failed
# why: A form feed resets the column count.
# text: "    \f    return x + y\n   \f return 1\n"
