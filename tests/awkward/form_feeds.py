# task: HumanEval/53
# expect: passed
# text: "    return helper(x, y)\n\x0c\ndef helper(a, b):\n\x0c    return a + b\n\x0c"
